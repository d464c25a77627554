/** Names of tensors, and which there are. */
import type { FittedModel } from '../types.ts'

export interface TensorNames {
  unique(name: string): string
}

/** Names as their owner wrote them where possible; a blank in front is kept for inner tensors. */
export function tensorNames(): TensorNames {
  const taken = new Set<string>()
  return {
    unique(name) {
      let candidate = name.trim() === '' || name.startsWith(' ') ? `column${name}` : name
      while (taken.has(candidate)) candidate += '#'
      taken.add(candidate)
      return candidate
    },
  }
}

/** The output that is true where a row has no score. Only a model that a missing value leaves without one has it. */
export const lacksScore = ' lacks score'

/** Whether a missing value can leave a row without a score. */
export function canLackScores({ features, parameters }: FittedModel): boolean {
  if (parameters.kind === 'trees') return false
  return features.some(feature => {
    if (feature.kind === 'category') return false
    const columns = feature.kind === 'vector' ? feature.elements : [feature]
    return columns.some(({ impute }) => impute === null)
  })
}
