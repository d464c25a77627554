/**
 * The Jupyter messages that cross between the extension and a kernel process: one JSON object a line on the kernel's
 * stdin and stdout (Jupyter messaging 5.x without ZeroMQ's framing and signature).
 */
export type Channel = 'shell' | 'control' | 'iopub' | 'stdin'

export interface Header {
  readonly msg_id: string
  readonly msg_type: string
  readonly session: string
  readonly username: string
  readonly date: string
  readonly version: string
}

export interface Message<Content = Readonly<Record<string, unknown>>> {
  readonly channel: Channel
  readonly header: Header
  readonly parent_header: Partial<Header>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly content: Content
}

/** Representations of one value by MIME type. JSON types carry JSON, the others text or base64. */
export type MimeBundle = Readonly<Record<string, unknown>>

export interface DisplayContent {
  readonly data: MimeBundle
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly transient?: { readonly display_id?: string }
  readonly execution_count?: number | null
}

export interface StreamContent {
  readonly name: 'stdout' | 'stderr'
  readonly text: string
}

export interface ErrorContent {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

export interface ExecuteReply {
  readonly status: 'ok' | 'error' | 'abort' | 'aborted'
  readonly execution_count?: number
  readonly payload?: readonly {
    readonly source?: string
    readonly text?: unknown
    readonly replace?: boolean
  }[]
}

/** Jupyter messaging, "Completion", with the field by which clients learn types. */
export interface CompleteReply {
  readonly status: string
  readonly matches: readonly string[]
  readonly cursor_start: number
  readonly cursor_end: number
  readonly metadata?: {
    readonly _jupyter_types_experimental?: readonly {
      readonly text: string
      readonly type?: string
      readonly signature?: string
      readonly start?: number
      readonly end?: number
    }[]
  }
}

export interface InspectReply {
  readonly status: string
  readonly found: boolean
  readonly data: MimeBundle
}
