/** `slipway lsp`: the language server on standard input and output, for any editor. */
import { spawn } from 'node:child_process'
import { installation } from '../../library/installation.ts'
import type { AddCommand } from '../program.ts'

export const addLsp: AddCommand = (program, run) => {
  program
    .command('lsp')
    .description('run the language server on standard input and output')
    .option('--stdio', 'the only transport; accepted because editors pass it')
    .action(
      run(async () => {
        const { node, entry, env } = installation()
        const server = spawn(node, [...entry('server'), '--stdio'], {
          stdio: 'inherit',
          env: { ...process.env, ...env },
        })
        process.exitCode = await new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.once('exit', code => resolve(code ?? 0))
        })
      }),
    )
}
