/** `slipway kernel install`: makes the kernel known to Jupyter. */
import { CliError, exitCodes } from '../errors.ts'
import type { AddCommand } from '../program.ts'

export const addKernel: AddCommand = (program, run) => {
  program
    .command('kernel')
    .description('the TypeScript kernel for Jupyter')
    .command('install')
    .option('--prefix <folder>', 'below this folder, e.g. that of a Python environment')
    .option('--user', 'for the current user (the default)')
    .description('install the kernel specification `slipway`')
    .action(
      run(async (context, { prefix, user }: { prefix?: string; user?: boolean }) => {
        if (prefix !== undefined && user)
          throw new CliError('CLI003', 'Give --prefix or --user, not both.', { exitCode: exitCodes.usage })
        const { installKernelspec } = await import('../../kernel/kernelspec.ts')
        const where = prefix === undefined ? {} : { prefix: context.path(prefix) }
        const folder = await installKernelspec(where)
        context.output.document({ folder })
        context.output.text(`Installed the kernel "slipway" in ${folder}`)
      }),
    )
}
