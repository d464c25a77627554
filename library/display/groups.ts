/** What is shown of metrics per value of a column. */
import type { Card } from '../../engine/types.ts'
import { metrics } from '../../language/metrics.ts'
import type { ModelMessage } from './messages.ts'

type Groups = NonNullable<ModelMessage['groups']>

const maxGroups = 20
const splitsByWorth = ['test', 'validation', 'train'] as const

/** Of the most telling split that has rows, the worst values first; at most 20 of each metric. */
export function groupsMessage({ groups, groupIntervals }: Card): Groups {
  const split = splitsByWorth.find(name => Object.keys(groups[name] ?? {}).length > 0)
  if (split === undefined) return []
  return Object.entries(groups[split] ?? {}).map(([metric, values]) => {
    const sign = isHigherBetter(metric) ? 1 : -1
    const sorted = Object.entries(values)
      .map(([name, value]) => ({ name, value, interval: groupIntervals?.[split]?.[metric]?.[name] ?? null }))
      .sort((a, b) => Number(a.value === null) - Number(b.value === null) || sign * (a.value! - b.value!))
    const nLeft = sorted.length - maxGroups
    return { metric, split, values: sorted.slice(0, maxGroups), ...(nLeft > 0 && { nLeft }) }
  })
}

/** Of `ndcg@10 per query` as of `auc per origin`. */
function isHigherBetter(metric: string): boolean {
  const name = /^\w+/.exec(metric)?.[0] as keyof typeof metrics
  return metrics[name]?.better !== 'lower'
}
