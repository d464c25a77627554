/** What the tab of a table and the extension say to each other. */
import type { FromHost, ToHost } from './link.ts'

export type FromTablePage = ToHost | { readonly type: 'ready' }
export type ToTablePage = FromHost | { readonly type: 'table'; readonly table: unknown }
