// The steps that all charts show: nearer, wider, earlier, later, and the end followed again.
import { ChevronLeft, ChevronRight, SkipForward, ZoomIn, ZoomOut } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button } from "react-aria-components";
import { useStore } from "../page/use-lab.ts";

export function ViewTools() {
  const { view } = useStore().figures;
  const isFollowing = useSyncExternalStore(view.subscribe, view.isFollowing);
  return (
    <div className="view-tools" role="toolbar" aria-label="Steps shown">
      <Button className="icon-button small-button" aria-label="Zoom in" onPress={() => view.zoom(0.5)}>
        <ZoomIn size={15} aria-hidden />
      </Button>
      <Button
        className="icon-button small-button"
        aria-label="Zoom out"
        isDisabled={isFollowing}
        onPress={() => view.zoom(2)}
      >
        <ZoomOut size={15} aria-hidden />
      </Button>
      <Button
        className="icon-button small-button"
        aria-label="Earlier steps"
        isDisabled={isFollowing}
        onPress={() => view.pan(-0.5)}
      >
        <ChevronLeft size={15} aria-hidden />
      </Button>
      <Button
        className="icon-button small-button"
        aria-label="Later steps"
        isDisabled={isFollowing}
        onPress={() => view.pan(0.5)}
      >
        <ChevronRight size={15} aria-hidden />
      </Button>
      <Button
        className="icon-button small-button"
        aria-label="Follow the end"
        isDisabled={isFollowing}
        onPress={() => view.follow()}
      >
        <SkipForward size={15} aria-hidden />
      </Button>
    </div>
  );
}
