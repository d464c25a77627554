/** What the kernel process may ask of the names and the environment of user code. Loaded with the first question. */
import type { ModelCellRequest, ModelCells } from '../magics/model-cell.ts'
import type { Questions } from '../session/child/questions.ts'
import type { Scope } from '../session/child/scope.ts'
import type { PartsRequest } from './variable.ts'

/** Adds the questions `names`, `variables`, `variable`, `forget`, `env` and `slip`. */
export function answerQuestions(questions: Questions, scope: Scope): void {
  let modelCells: Promise<ModelCells> | undefined
  const models = () =>
    (modelCells ??= import('../magics/model-cell.ts').then(({ createModelCells }) => createModelCells(scope)))

  questions.on('names', () => scope.names())
  questions.on('variables', async () => (await import('./list.ts')).listVariables(scope))
  questions.on('variable', async argument =>
    (await import('./list.ts')).listParts(scope, argument as PartsRequest),
  )
  questions.on('slip', async argument => (await models()).run(argument as ModelCellRequest))
  questions.on('forget', async argument => {
    const names = argument as readonly string[]
    const all = scope.names().length <= names.length
    for (const name of names) scope.forget(name)
    if (all && modelCells) (await modelCells).clear()
    return null
  })
  questions.on('env', argument => {
    const { name, value } = argument as { readonly name?: string; readonly value?: string }
    if (name !== undefined && value !== undefined) process.env[name] = value
    return name === undefined ? process.env : { [name]: process.env[name] }
  })
}
