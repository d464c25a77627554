/** Whether a cell can run as it stands, in the sense of `is_complete_request`. */
import { readCell } from '../../language/notebook/cell.ts'
import { CellSyntaxError } from '../session/rewrite.ts'
import type { Completeness } from './protocol.ts'
import { compileCell } from './typescript.ts'

export function completeness(source: string): Completeness {
  const { language, code } = readCell(source)
  // The text of a cell magic ends with an empty line, as a block in a terminal does.
  if (language !== 'typescript')
    return /\n[ \t]*$/.test(source) ? complete : { state: 'incomplete', indent: '' }
  const indent = /^[ \t]*/.exec(code.split('\n').at(-1) ?? '')![0]
  try {
    compileCell(code)
    return complete
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error
    const deeper = /[{([]\s*$/.test(code) ? `${indent}  ` : indent
    return error.incomplete ? { state: 'incomplete', indent: deeper } : { state: 'invalid', indent: '' }
  }
}

const complete: Completeness = { state: 'complete', indent: '' }
