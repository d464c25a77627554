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
  /** Of an error. */
  readonly ename?: string
  readonly status: 'ok' | 'error' | 'abort' | 'aborted'
  readonly execution_count?: number
  readonly payload?: readonly {
    readonly source?: string
    readonly text?: unknown
    readonly replace?: boolean
  }[]
}

/** `comm_msg` or `comm_close`; the other way the same. https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
export interface CommFromKernel {
  readonly header: Pick<Header, 'msg_type'>
  readonly content: {
    readonly comm_id: string
    readonly data: unknown
    readonly target_name?: string
  }
}
