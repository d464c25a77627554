/**
 * Windowed aggregates, point in time: one value per observation row, from the rows of the source that were known
 * when it happened. The window is [t − windowUs, t) ∩ {time + knownAfterUs ≤ t}, which in whole microseconds is
 * [t − windowUs, t − max(knownAfterUs, 1)]: neither the row itself nor another of its instant is ever inside.
 *
 * `windows/` holds the ways to compute them, each a few sorts and ASOF joins, none with a frame per row. Windows that
 * can share one are computed together.
 */
import type { FeaturePlan, WindowFeaturePlan } from '../../language/index.ts'
import { literal, quoteName, sqlTypes } from './text.ts'
import { blocksSql } from './windows/blocks.ts'
import { distinctSql } from './windows/distinct.ts'
import { lastSql } from './windows/last.ts'
import { delayUs, type WindowsQuery } from './windows/query.ts'
import { isTotal, totalsSql } from './windows/totals.ts'

export { ofObservedKeys, sourceScope, type NamedWindow, type WindowsQuery } from './windows/query.ts'
export { isWhole } from './windows/totals.ts'

export interface WindowQuery extends Omit<WindowsQuery, 'windows'> {
  readonly feature: WindowFeaturePlan
}

/**
 * `(row_id, value)` with at most one row per observation; where there is none, or its value is missing, the window is
 * empty.
 */
export function windowSql({ feature, ...query }: WindowQuery): string {
  return windowsSql({ ...query, windows: [{ feature, name: 'value' }] })
}

/** The same of several features that share a way (`windowGroups`), a column each. */
export function windowsSql(query: WindowsQuery): string {
  const { feature } = query.windows[0]!
  if (query.windows.some(each => each.feature.windowUs < delayUs(query))) return emptySql(query)
  switch (wayOf(feature)) {
    case 'last':
      return lastSql(query)
    case 'distinct':
      return distinctSql(query)
    case 'moments':
      return query.windows.every(each => isTotal(each.feature)) ? totalsSql(query) : blocksSql(query)
  }
}

/** What is known only when it has left the window never is inside. */
function emptySql({ windows, row, observed }: WindowsQuery): string {
  const values = windows.map(
    ({ feature, name }) => `CAST(NULL AS ${sqlTypes[feature.type.kind]}) AS ${quoteName(name)}`,
  )
  return `SELECT ${quoteName(row)} AS row_id, ${values.join(', ')} FROM ${observed}`
}

/**
 * Lists of windows that `windowsSql` takes together, in the order of their first. Windows share one when they read the
 * same rows by the same keys in a way that has them all.
 * @param knownAfterUs of a source, by its name in the features
 */
export function windowGroups<
  W extends { readonly feature: WindowFeaturePlan; readonly keys: readonly unknown[] },
>(windows: readonly W[], knownAfterUs: (source: string) => number = () => 0): readonly (readonly W[])[] {
  const groups = new Map<string, W[]>()
  for (const window of windows) {
    const { source, by, windowUs, aggregate } = window.feature
    const way = wayOf(window.feature)
    const isEmpty = windowUs < Math.max(knownAfterUs(source), 1)
    const shares: Readonly<Record<typeof way, unknown>> = {
      last: [way],
      distinct: [way, windowUs, aggregate.of],
      moments: [way, windowUs],
    }
    const id = JSON.stringify([isEmpty, source, by, aggregate.where, window.keys, shares[way]])
    const group = groups.get(id)
    if (group) group.push(window)
    else groups.set(id, [window])
  }
  return [...groups.values()]
}

function wayOf({ aggregate }: WindowFeaturePlan): 'last' | 'distinct' | 'moments' {
  const { function: name } = aggregate
  return name === 'last' || name === 'distinct' ? name : 'moments'
}

/** What a row whose window is empty gets. */
export function defaultSql(feature: FeaturePlan): string {
  return literal(feature.type.kind, feature.default)
}
