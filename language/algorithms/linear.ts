/** Algorithms whose prediction is a weighted sum of the encoded features. */
import type { AlgorithmEntry } from '../algorithms.ts'
import { l1, l2, max_iterations, tolerance } from './common.ts'
import type { Hyperparameters } from './hyperparameter.ts'

const regression: Hyperparameters = { l2, l1, max_iterations, tolerance }

/** Numbers on one scale, so that a penalty means the same for each; categories as columns of 0 and 1. */
const encoded: AlgorithmEntry['preparation'] = {
  numeric: { kind: 'numeric', impute: 'median', scale: 'standardize' },
  category: { kind: 'one_hot', max: 100 },
}

export const linear_regression: AlgorithmEntry = {
  doc: 'A weighted sum of the features, fitted by least squares.',
  labels: ['int', 'float'],
  hyperparameters: regression,
  nativeCategories: false,
  preparation: encoded,
}

export const logistic_regression: AlgorithmEntry = {
  doc: 'A linear model of the log odds that the label is true, or of each class, fitted by maximum likelihood with L-BFGS.',
  labels: ['bool', 'category', 'string'],
  hyperparameters: regression,
  nativeCategories: false,
  preparation: encoded,
}

export const poisson_regression: AlgorithmEntry = {
  doc: 'A linear model of the logarithm of an expected count, fitted by maximum likelihood. Labels are 0 or more.',
  labels: ['int', 'float'],
  hyperparameters: regression,
  nativeCategories: false,
  preparation: encoded,
}

export const mixed_effects: AlgorithmEntry = {
  doc: 'A linear model with effects of its own for every value of a key, such as an airport, shrunk towards 0 where there are few rows. Fitted by coordinate descent over the fixed effect and the keys, sped up by conjugate gradients over all of them.',
  labels: ['bool', 'int', 'float'],
  hyperparameters: {
    family: {
      kind: 'choice',
      default: 'gaussian',
      choices: ['gaussian', 'logistic', 'poisson'],
      doc: 'What the label is: `gaussian` a number, `logistic` true or false (the default for a bool), `poisson` a count.',
    },
    l2: { ...l2, doc: 'Strength of the squared penalty on the fixed coefficients; 0 for none.' },
    max_iterations: {
      ...max_iterations,
      doc: 'At most so many rounds over the fixed and the random effects.',
    },
    tolerance: { ...tolerance, doc: 'Fitting ends when a round improves the loss by no larger share.' },
  },
  families: { gaussian: ['int', 'float'], logistic: ['bool'], poisson: ['int', 'float'] },
  random: {
    l2: {
      ...l2,
      doc: 'How strongly the effects of a key are pulled towards 0.',
    },
    min_rows: {
      kind: 'int',
      default: 1,
      min: 1,
      max: 1_000_000,
      doc: 'A value of the key with fewer training rows gets no effects of its own.',
    },
    max_rows: {
      kind: 'int',
      default: 0,
      min: 0,
      max: 1_000_000_000,
      doc: 'Of a value of the key with more training rows, so many are drawn and fitted, each with more weight in turn; 0 for all.',
    },
  },
  nativeCategories: false,
  preparation: encoded,
}
