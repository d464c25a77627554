/**
 * What the Node that runs us must and may have. Found out at the start by looking, which costs next to nothing, and
 * said in one sentence each with what to do.
 */
import { KernelError } from './errors.ts'

/** A part of the runtime that is not there. */
export interface Lack {
  readonly what: string
  /** Without it no cell can run. */
  readonly fatal: boolean
  /** One sentence: what does not work, and what to do. */
  readonly message: string
}

/** A runtime as it presents itself. Default: this one. */
export interface Runtime {
  readonly node: string
  readonly electron: string | undefined
  readonly module: Readonly<Record<string, unknown>>
  readonly getBuiltinModule: ((name: string) => unknown) | undefined
  readonly flags: ReadonlySet<string>
}

const oldest = [22, 15]

const remedy =
  'Name a Node 24 in the setting slipway.runtime.path, or install the kernel with one (`slipway kernel install`).'

/** What is missing here, what is fatal first. Empty when all is well. */
export function lacksOf(runtime: Runtime): readonly Lack[] {
  const { node, module, electron } = runtime
  const name = electron === undefined ? `Node ${node}` : `Node ${node} of Electron ${electron}`
  const lacks: Lack[] = []
  const fatal = (what: string, is: string) =>
    lacks.push({ what, fatal: true, message: `Cells need ${what}, which ${name} ${is}. ${remedy}` })
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!))
    fatal(`Node ${oldest.join('.')} or newer (24 is best)`, 'is not')
  if (typeof module['stripTypeScriptTypes'] !== 'function')
    fatal('module.stripTypeScriptTypes', 'does not have')
  if (typeof module['registerHooks'] !== 'function') fatal('module.registerHooks', 'does not have')
  if (lacks.length > 0) return lacks
  if (!hasInspector(runtime))
    lacks.push({
      what: 'inspector',
      fatal: false,
      message: `${name} was built without an inspector: loops cannot be interrupted, only restarted, and cells not debugged. ${remedy}`,
    })
  if (!hasContextFrames(runtime))
    lacks.push({
      what: 'async context frames',
      fatal: false,
      message: `${name} has no async context frames: an interrupt may end the process that runs cells. ${remedy}`,
    })
  if (runtime.getBuiltinModule?.('node:sqlite') === undefined)
    lacks.push({
      what: 'node:sqlite',
      fatal: false,
      message: `${name} has no node:sqlite: the catalog cannot be opened; cells run without it. ${remedy}`,
    })
  return lacks
}

/** @throws {KernelError} KERNEL011 when no cell can run here */
export function checkRuntime(runtime: Runtime, log: (text: string) => void): void {
  for (const { fatal, message } of lacksOf(runtime)) {
    if (fatal) throw new KernelError('KERNEL011', message)
    log(message)
  }
}

export function thisRuntime(module: Runtime['module']): Runtime {
  return {
    node: process.versions.node,
    electron: process.versions['electron'],
    module,
    getBuiltinModule: process.getBuiltinModule?.bind(process) as Runtime['getBuiltinModule'],
    flags: process.allowedNodeEnvironmentFlags,
  }
}

function hasInspector({ getBuiltinModule }: Runtime): boolean {
  const inspector = getBuiltinModule?.('node:inspector') as { Session?: { prototype: object } } | undefined
  return inspector?.Session !== undefined && 'connectToMainThread' in inspector.Session.prototype
}

const majorOf = (version: string) => Number(version.split('.')[0])

function hasContextFrames({ node, flags }: Runtime): boolean {
  return majorOf(node) >= 24 || flags.has('--experimental-async-context-frame')
}

/** Arguments of Node for the process that runs cells. */
export function childFlags(): readonly string[] {
  const isOld = majorOf(process.versions.node) < 24
  return [
    // A terminated callback leaves the stack of async hooks uneven, of which Node would otherwise die.
    '--no-force-async-hooks-checks',
    ...(isOld ? ['--experimental-async-context-frame'] : []),
  ]
}
