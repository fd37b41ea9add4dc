// The worker's entry: the service, as the page calls it.
import { expose } from "comlink";
import { LabService } from "./service.ts";

expose(new LabService());
