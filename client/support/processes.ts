/**
 * The other processes of the extension: where their bundles lie and how they are started. They run on the Node that
 * runs the extension host, which may be Electron told to be Node, unless the user names another.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'
import * as vscode from 'vscode'

export type Bundle = 'server' | 'kernel' | 'backend' | 'cli'

/** The file of a process's bundle. The extension's own bundle lies beside it. */
export function bundleFile(bundle: Bundle): string {
  return join(import.meta.dirname, `${bundle}.cjs`)
}

/** The warnings are about `node:sqlite`: nothing a user could act on. */
export const nodeArgs = ['--disable-warning=ExperimentalWarning']

export function processEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
}

/** The Node that the user's settings name. Undefined: that of the editor. */
export function runtimePath(): string | undefined {
  return vscode.workspace.getConfiguration('slipway').get<string>('runtime.path')?.trim() || undefined
}

/** Starts a bundle. The caller owns the process and ends it. */
export function startBundle(bundle: Bundle, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(runtimePath() ?? process.execPath, [...nodeArgs, bundleFile(bundle), ...args], {
    ...options,
    env: { ...processEnvironment(), ...options.env },
  })
}
