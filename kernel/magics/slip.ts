/** `%%slip`: checks model text and makes its models values of the cells below. */
import type { ModelCellResult } from './model-cell.ts'
import type { MagicRunner } from './context.ts'

export const slip: MagicRunner = async (_, context) => {
  const { source, cell, file } = context
  const result = (await context.ask('slip', { source, cell, file })) as ModelCellResult
  if (result.failure) {
    const { summary, lines } = result.failure
    return {
      status: 'error',
      ename: 'ModelText',
      evalue: summary,
      traceback: [`ModelText: ${summary}`, '', ...lines],
    }
  }
  if (result.warnings.length > 0) context.print(`${result.warnings.join('\n')}\n`, 'stderr')
  context.display(result.bundle)
  return undefined
}
