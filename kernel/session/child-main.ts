/**
 * The process that runs user code: on the main thread the cells, in a worker of the same file the control that
 * can interrupt them. Assembles both and owns nothing else.
 */
import { isMainThread } from 'node:worker_threads'

if (isMainThread) void import('./child/user-thread.ts').then(({ startUserThread }) => startUserThread())
else void import('./child/control-thread.ts').then(({ startControlThread }) => startControlThread())
