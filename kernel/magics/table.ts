/** The magics by name: each in a file of its own, loaded with its first use. language/notebook/magics.ts describes them. */
import type { MagicRunner } from './context.ts'

/** Those whose code runs as it stands (`%time`) are not among them. */
export const magicRunners: Readonly<Record<string, () => Promise<MagicRunner>>> = {
  install: async () => (await import('./install.ts')).install,
  who: async () => (await import('./who.ts')).who,
  whos: async () => (await import('./who.ts')).whos,
  reset: async () => (await import('./reset.ts')).reset,
  help: async () => (await import('./help.ts')).help,
  magics: async () => (await import('./list.ts')).list,
  check: async () => (await import('./check.ts')).check,
  env: async () => (await import('./env.ts')).env,
  run: async () => (await import('./run.ts')).run,
  load: async () => (await import('./load.ts')).load,
  history: async () => (await import('./history.ts')).history,
  sh: async () => (await import('./shell.ts')).sh,
  bash: async () => (await import('./shell.ts')).bash,
  slip: async () => (await import('./slip.ts')).slip,
  html: async () => (await import('./text.ts')).html,
  markdown: async () => (await import('./text.ts')).markdown,
  latex: async () => (await import('./text.ts')).latex,
  svg: async () => (await import('./text.ts')).svg,
  writefile: async () => (await import('./write-file.ts')).writeFile,
}
