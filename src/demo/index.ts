// The lessons on gradient descent and backpropagation, computed by the engine, as plain data.
export {
  type Descent,
  type Lesson1,
  lesson1,
  type NeuronCase,
  type NeuronStep,
  neuronStep,
  type RateComparison,
} from "./lesson1.ts";
export { type Lesson2, lesson2 } from "./lesson2.ts";
export { type DeepNetwork, type LayerFactors, type Lesson3, lesson3 } from "./lesson3.ts";
