/**
 * What the kernel process and the user process say to each other.
 *
 * Requests go over Node's IPC channel and are read when user code lets the event loop run. Control messages go
 * over a pipe of their own to the worker beside it, which reads them at any time. Events come back as JSON lines
 * on another pipe, written synchronously by the thread that runs user code: so they arrive in order, during
 * loops too, and a flood waits for the kernel instead of filling memory.
 */
import type { Observed } from '../evidence/record.ts'
import type { DecodedMappings, NameKind } from './rewrite.ts'

/** File descriptors of the user process. */
export const eventsFd = 3
export const controlFd = 4

export interface RunRequest {
  readonly type: 'run'
  /** Id of the execute_request. What the cell does later still carries it. */
  readonly run: string
  /** Later ones of a process have larger ones. From 1. */
  readonly number: number
  /** How the cell is called in stack traces, e.g. `Cell[3]`. */
  readonly file: string
  readonly code: string
  readonly names: readonly { readonly name: string; readonly kind: NameKind; readonly shadow: boolean }[]
  readonly maps: readonly DecodedMappings[]
  /** The cell as its author sees it, for what is told of errors. */
  readonly source?: string
  /** Names of the session that the cell mentions, those it writes first: their values are looked at afterwards. */
  readonly mentions?: readonly string[]
  /** Rewritten expressions to be evaluated after the cell, by the name the client gave. */
  readonly expressions: Readonly<Record<string, string>>
  /** Whether the value of the last expression is wanted. */
  readonly showResult: boolean
  /** Whether to say how long it took. */
  readonly timed?: boolean
}

/** One that has not been sent to a process. */
export type PreparedRun = Omit<RunRequest, 'number'>

/**
 * A question that user code's thread answers between cells or while a cell waits, by a name of `child/questions.ts`
 * (variables, for instance). Every question has one answer; a process that dies fails those that are open.
 */
export interface Question {
  readonly type: 'question'
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

/** The question by which the user process is given a CommMessage; it answers whether somebody took it. */
export const commQuestion = 'comm'

/** A comm, in either direction. https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
export interface CommMessage {
  readonly type: 'comm'
  readonly event: 'open' | 'msg' | 'close'
  readonly commId: string
  /** Of `open`. */
  readonly target?: string
  readonly data: Bundle
  readonly metadata?: Bundle
  /** Base64. */
  readonly buffers?: readonly string[]
}

/** Everything that goes to the user thread over IPC. A comm message to it is the argument of a question. */
export type UserRequest = RunRequest | Question

export type ControlMessage =
  /** `last`: number of the last run that is to end. One that has not come yet ends as soon as it comes. */
  | { readonly type: 'interrupt'; readonly last: number }
  | ({ readonly type: 'input' } & InputAnswer)
  | InspectorRequest

/** The text that was asked for, null at the end of the input; or why nobody can be asked. */
export type InputAnswer = { readonly text: string | null } | { readonly error: string }

/** A command to V8's inspector on the main thread. https://chromedevtools.github.io/devtools-protocol/v8/ */
export interface InspectorRequest {
  readonly type: 'inspect'
  readonly id: number
  readonly method: string
  readonly params: Bundle
}

/** What the inspector says without being asked. */
export interface InspectorEvent {
  readonly type: 'inspector-event'
  readonly method: string
  readonly params: Bundle
}

/** What the control worker answers. */
export type ControlAnswer =
  /** The runs up to `last` have ended. */
  | { readonly type: 'interrupted'; readonly last: number }
  /** V8 cannot stop what runs. */
  | { readonly type: 'stuck'; readonly last: number }
  | { readonly type: 'control-ready' }
  | { readonly type: 'inspected'; readonly id: number; readonly result?: Bundle; readonly error?: string }
  | InspectorEvent

export type Bundle = Readonly<Record<string, unknown>>

export interface Failure {
  readonly status: 'error'
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

export type ExpressionResult =
  { readonly status: 'ok'; readonly data: Bundle; readonly metadata: Bundle } | Failure

export type Outcome =
  | {
      readonly status: 'ok'
      readonly expressions: Readonly<Record<string, ExpressionResult>>
      /** What the reply carries for the client. https://jupyter-client.readthedocs.io/en/stable/messaging.html#payloads-deprecated */
      readonly payload?: readonly Bundle[]
    }
  | (Failure & { readonly interrupted?: boolean })

export const interruptedOutcome: Outcome = {
  status: 'error',
  ename: 'Interrupted',
  evalue: 'The cell was interrupted.',
  traceback: ['Interrupted: the cell was interrupted. What it had computed so far is kept.'],
  interrupted: true,
}

export type ChildEvent =
  | { readonly type: 'ready' }
  | {
      readonly type: 'stream'
      readonly run: string
      readonly name: 'stdout' | 'stderr'
      readonly text: string
    }
  | {
      readonly type: 'display'
      readonly run: string
      readonly kind: 'display_data' | 'update_display_data' | 'execute_result'
      readonly data: Bundle
      readonly metadata: Bundle
      readonly displayId?: string
    }
  | { readonly type: 'clear'; readonly run: string; readonly wait: boolean }
  | { readonly type: 'input'; readonly run: string; readonly prompt: string; readonly password: boolean }
  | (CommMessage & { readonly run: string })
  | { readonly type: 'evidence'; readonly run: string; readonly observed: Observed }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'done'; readonly run: string; readonly outcome: Outcome }
