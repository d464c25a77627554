/** Questions of a cell: `prompt(…)` and `secret(…)` ask in VS Code's own input field. */
import * as vscode from 'vscode'

/** Content of an `input_request`. */
export interface InputRequest {
  readonly prompt?: string
  readonly password?: boolean
}

/** What clients send for the end of the input. */
const endOfInput = '\x04'

/** The line that was typed; the end of the input when the field was left by Escape or the cell was interrupted. */
export async function askInput(
  { prompt = '', password = false }: InputRequest,
  token: vscode.CancellationToken | undefined,
): Promise<string> {
  const options = { title: 'A cell asks', prompt: prompt || 'Input', password, ignoreFocusOut: true }
  return (await vscode.window.showInputBox(options, token)) ?? endOfInput
}
