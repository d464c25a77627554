/** `slipway assist`: answers an editor's questions about notebooks; for editors, not for people. */
import type { AddCommand } from '../program.ts'

export const addAssist: AddCommand = (program, run) => {
  program
    .command('assist')
    .description("answer an editor's questions about notebooks on standard input and output")
    .action(
      run(async () => {
        const { serveAssist } = await import('../assist/serve.ts')
        await serveAssist(process.stdin, process.stdout)
      }),
    )
}
