/** Features that a model can call, of the project and of the catalog, and the call as a snippet. */
import { type CatalogView, type Type, writeName } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'

export interface CallableFeature {
  readonly name: string
  /** Absent for a feature of the project's own. */
  readonly version?: number
  readonly entity: string
  /** The columns that carry the key in the feature's own source: a guess at the model's. */
  readonly keys: readonly string[]
  readonly type?: Type
  readonly doc?: string
}

export function callableFeatures(file: FileContext): CallableFeature[] {
  const own = file.workspace.features().map(({ name, plan }): CallableFeature => {
    // One that is not right yet can be called all the same.
    if (!plan) return { name, entity: '?', keys: ['key'] }
    return { name, entity: plan.entity, keys: plan.by, type: plan.type, doc: plan.doc }
  })
  const taken = new Set(own.map(feature => feature.name))
  return [...own, ...registered(file.project.catalogView()).filter(feature => !taken.has(feature.name))]
}

function registered(view: CatalogView | undefined): CallableFeature[] {
  return (view?.names() ?? []).flatMap(name => {
    const found = view?.feature(name)
    if (!found?.active) return []
    const { version, entity, by, type, doc } = found.plan
    return [{ name, version, entity, keys: by, type, doc }]
  })
}

/** `departure_delay_7d(${1:origin})` */
export function callSnippet({ name, keys }: Pick<CallableFeature, 'name' | 'keys'>): string {
  const places = keys.map((key, i) => `\${${i + 1}:${escapeSnippet(writeName(key))}}`)
  return `${escapeSnippet(writeName(name))}(${places.join(', ')})`
}

function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&')
}
