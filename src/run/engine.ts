// Gives eager tensors their engine. Every entrance that can make tensors imports this.
import { interpret } from "../backends/reference/interpret.ts";
import { installEvaluator } from "../trace/evaluator.ts";

installEvaluator(interpret);
