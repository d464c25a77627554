/** Hyperparameters that several algorithms have, under one name and meaning. */
import type { NumberHyperparameter } from './hyperparameter.ts'

export const l2: NumberHyperparameter = {
  kind: 'float',
  default: 1,
  min: 0,
  doc: 'Strength of the squared penalty on the coefficients; 0 for none. The intercept is not penalized.',
}

export const l1: NumberHyperparameter = {
  kind: 'float',
  default: 0,
  min: 0,
  doc: 'Strength of the absolute penalty on the coefficients, which makes some exactly 0; 0 for none.',
}

export const max_iterations: NumberHyperparameter = {
  kind: 'int',
  default: 100,
  min: 1,
  max: 100_000,
  doc: 'At most so many steps of the optimizer.',
}

export const tolerance: NumberHyperparameter = {
  kind: 'float',
  default: 1e-6,
  min: 0,
  aboveMin: true,
  max: 1,
  doc: 'The optimizer stops when no component of the gradient exceeds it.',
}

export const learning_rate: NumberHyperparameter = {
  kind: 'float',
  default: 0.1,
  min: 0,
  aboveMin: true,
  max: 1,
  doc: 'How far one step goes.',
}

export const early_stopping_rounds: NumberHyperparameter = {
  kind: 'int',
  default: 0,
  min: 0,
  max: 10_000,
  doc: 'Fitting ends when the loss on the validation part has not improved for so many rounds; 0 to go on to the end.',
}
