/** Trees and neural networks. */
import type { AlgorithmEntry } from '../algorithms.ts'
import { early_stopping_rounds, l1, l2, learning_rate } from './common.ts'
import type { NumberHyperparameter } from './hyperparameter.ts'

const share = (doc: string): NumberHyperparameter => ({
  kind: 'float',
  default: 1,
  min: 0,
  aboveMin: true,
  max: 1,
  doc,
})

export const gradient_boosted_trees: AlgorithmEntry = {
  doc: 'A sum of decision trees over histograms, each fitted to what those before it left unexplained. Splits on categories and missing values themselves.',
  labels: ['bool', 'int', 'float', 'category', 'string'],
  hyperparameters: {
    family: {
      kind: 'choice',
      default: 'gaussian',
      choices: ['gaussian', 'logistic', 'multinomial', 'poisson'],
      doc: 'What the label is: `gaussian` a number, `logistic` true or false (the default for a bool), `multinomial` a class (the default for those), `poisson` a count.',
    },
    trees: {
      kind: 'int',
      default: 100,
      min: 1,
      max: 100_000,
      doc: 'How many trees; for more than two classes, for each class.',
    },
    learning_rate: { ...learning_rate, doc: 'How much of each tree is taken.' },
    growth: {
      kind: 'choice',
      default: 'leaf',
      choices: ['leaf', 'level'],
      doc: 'What is split next: `leaf` the leaf that gains most, `level` all leaves of a level.',
    },
    max_leaves: { kind: 'int', default: 31, min: 2, max: 65_536, doc: 'At most so many leaves a tree.' },
    max_depth: {
      kind: 'int',
      default: 16,
      min: 1,
      max: 64,
      doc: 'At most so many splits from the root to a leaf.',
    },
    min_rows: {
      kind: 'int',
      default: 20,
      min: 1,
      max: 1_000_000_000,
      doc: 'At least so many training rows a leaf.',
    },
    min_gain: { kind: 'float', default: 0, min: 0, doc: 'A split has to lower the loss by more than this.' },
    max_bins: {
      kind: 'int',
      default: 255,
      min: 2,
      max: 65_535,
      doc: 'Into how many bins the values of a number are put at most.',
    },
    l2: { ...l2, doc: 'Strength of the squared penalty on the values of leaves; 0 for none.' },
    l1: { ...l1, doc: 'Strength of the absolute penalty on the values of leaves; 0 for none.' },
    subsample: share('The share of training rows that each tree is fitted to.'),
    feature_fraction: share('The share of features that each tree may split on.'),
    early_stopping_rounds: {
      ...early_stopping_rounds,
      doc: 'No more trees when the loss on the validation part has not improved for so many; 0 to make all.',
    },
  },
  families: {
    gaussian: ['int', 'float'],
    logistic: ['bool'],
    multinomial: ['category', 'string'],
    poisson: ['int', 'float'],
  },
  nativeCategories: true,
  preparation: {
    numeric: { kind: 'numeric', impute: 'none', scale: 'none' },
    category: { kind: 'native', max: 255 },
  },
}

export const neural_network: AlgorithmEntry = {
  doc: 'Layers of weighted sums with a bend between them, fitted by stochastic gradient descent (Adam).',
  labels: ['bool', 'int', 'float', 'category', 'string'],
  hyperparameters: {
    hidden: {
      kind: 'list',
      default: [64, 32],
      min: 1,
      max: 4096,
      maxLength: 16,
      doc: 'The widths of the hidden layers.',
    },
    activation: {
      kind: 'choice',
      default: 'relu',
      choices: ['relu', 'tanh', 'sigmoid', 'gelu'],
      doc: 'The bend after each hidden layer.',
    },
    epochs: {
      kind: 'int',
      default: 20,
      min: 1,
      max: 100_000,
      doc: 'How often all training rows are gone over.',
    },
    batch_size: {
      kind: 'int',
      default: 256,
      min: 1,
      max: 1_000_000,
      doc: 'How many rows one step is made from.',
    },
    learning_rate: { ...learning_rate, default: 0.001 },
    dropout: {
      kind: 'float',
      default: 0,
      min: 0,
      max: 1,
      belowMax: true,
      doc: 'The share of hidden units that are left out of a step at random.',
    },
    l2: { ...l2, default: 0, doc: 'Strength of the squared penalty on the weights; 0 for none.' },
    early_stopping_rounds: {
      ...early_stopping_rounds,
      doc: 'Fitting ends when the loss on the validation part has not improved for so many epochs; 0 to go on to the end.',
    },
    standardize_label: {
      kind: 'bool',
      default: true,
      doc: 'Whether a label that is a number is standardized while fitting.',
    },
  },
  nativeCategories: false,
  preparation: {
    numeric: { kind: 'numeric', impute: 'median', scale: 'standardize' },
    category: { kind: 'one_hot', max: 100 },
  },
}
