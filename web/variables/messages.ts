/** What the extension and the view of variables say to each other. */
import type { PartKey, PartsReply, Variable } from '../../kernel/variables/variable.ts'

export type ToVariablesPage =
  | {
      readonly type: 'variables'
      /** The name of the notebook's file; absent when no notebook of ours is there. */
      readonly notebook?: string
      readonly variables: readonly Variable[]
      /** False while a cell runs that lets nobody look. */
      readonly isCurrent: boolean
    }
  | ({ readonly type: 'parts'; readonly name: string; readonly path: readonly PartKey[] } & PartsReply)

export type FromVariablesPage =
  | { readonly type: 'ready' }
  /** The inside of a value, from an offset on. */
  | {
      readonly type: 'parts'
      readonly name: string
      readonly path: readonly PartKey[]
      readonly offset: number
    }
  /** Shows a table in a tab of its own. */
  | { readonly type: 'open'; readonly name: string }
  /** To the cell that declared it. */
  | { readonly type: 'reveal'; readonly cell: string }
  | { readonly type: 'copy'; readonly text: string }
