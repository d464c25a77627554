/** What bends between layers, and the derivative by what went in, as operations of tfjs. */
import * as tf from '@tensorflow/tfjs-core'
import type { Activation } from './job.ts'

export interface Bend {
  apply(x: tf.Tensor2D): tf.Tensor2D
  /** Of what went in and what came out. */
  derivative(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D
}

const root = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

export const bends: Readonly<Record<Activation, Bend>> = {
  relu: { apply: x => tf.relu(x), derivative: x => tf.step(x) },
  tanh: { apply: x => tf.tanh(x), derivative: (_, y) => tf.sub(1, tf.square(y)) },
  sigmoid: { apply: x => tf.sigmoid(x), derivative: (_, y) => tf.mul(y, tf.sub(1, y)) },
  gelu: {
    apply: x => tf.mul(tf.mul(x, 0.5), tf.add(1, bent(x))),
    derivative(x) {
      const t = bent(x)
      const slope = tf.mul(tf.add(tf.mul(tf.square(x), 3 * cubic), 1), root)
      return tf.mul(0.5, tf.add(tf.add(1, t), tf.mul(x, tf.mul(tf.sub(1, tf.square(t)), slope))))
    },
  },
}

/** tanh(√(2/π) · (x + 0.044715 x³)) */
function bent(x: tf.Tensor2D): tf.Tensor2D {
  return tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), cubic), 1)), root))
}
