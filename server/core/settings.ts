/** The settings that the server takes notice of, section `slipway`. What is not said, or not as expected, is the default. */

export interface Settings {
  readonly inlayHints: {
    readonly types: boolean
    readonly versions: boolean
    readonly parameterNames: boolean
    readonly windows: boolean
  }
  readonly codeLens: { readonly enabled: boolean }
  /** Which files show their problems: all of the project, or those that are open. */
  readonly diagnostics: { readonly scope: 'project' | 'openFiles' }
}

export const defaultSettings: Settings = {
  inlayHints: { types: true, versions: true, parameterNames: true, windows: true },
  codeLens: { enabled: true },
  diagnostics: { scope: 'project' },
}

/** @param value what the editor gives for the section */
export function readSettings(value: unknown): Settings {
  const at = (...path: readonly string[]): unknown =>
    path.reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), value)
  const flag = (...path: readonly string[]): boolean => at(...path) !== false
  return {
    inlayHints: {
      types: flag('inlayHints', 'types'),
      versions: flag('inlayHints', 'versions'),
      parameterNames: flag('inlayHints', 'parameterNames'),
      windows: flag('inlayHints', 'windows'),
    },
    codeLens: { enabled: flag('codeLens', 'enabled') },
    diagnostics: { scope: at('diagnostics', 'scope') === 'openFiles' ? 'openFiles' : 'project' },
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
