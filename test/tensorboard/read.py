"""Reads the event files of folders by TensorBoard's own EventAccumulator and prints what it has read, as JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

read = []
for folder in sys.argv[1:]:
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0})
    events.Reload()
    tags = events.Tags()
    scalars = {tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in tags["scalars"]}
    histograms = {
        tag: [[one.step, one.histogram_value.min, one.histogram_value.bucket] for one in events.Histograms(tag)]
        for tag in tags["histograms"]
    }
    read.append({"scalars": scalars, "histograms": histograms})
print(json.dumps(read))
