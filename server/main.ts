/** The process of the language server: over node IPC when an editor forks it, over stdin and stdout with `--stdio`. */
import { serve } from './serve.ts'

serve(process.argv.includes('--node-ipc') ? 'ipc' : 'stdio')
