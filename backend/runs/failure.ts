/** Why a step failed, told in the words and lines of the pipeline's own code. */
import { pathToFileURL } from 'node:url'
import type { StepFailure } from '../../library/steps/request.ts'
import type { RunFailure } from '../api/index.ts'
import { BackendError } from '../errors.ts'

/** `project` is the folder the step ran in; its paths become project-relative. */
export function failureOfStep(step: string, error: StepFailure, project: string): RunFailure {
  const named = error.name === 'Error' || error.message.startsWith(error.name) ? '' : `${error.name}: `
  return {
    code: error.code === 'THROWN' ? 'BCK015' : error.code,
    message: projectRelative(`${named}${error.message}`, project),
    step,
    stack: ownFrames(error.stack ?? '', project),
    action: 'Mend the step, promote again and submit; or retry the run when the cause lay outside.',
  }
}

/** Of anything that went wrong around the step. */
export function failureOfRun(step: string | undefined, thrown: unknown, project: string): RunFailure {
  const error = thrown as Error & { code?: unknown }
  const died = error.code === 'LIB303'
  const known = thrown instanceof BackendError
  return {
    code: known ? thrown.code : died ? 'BCK016' : 'BCK500',
    message: projectRelative(error.message ?? String(thrown), project),
    ...(step !== undefined && { step }),
    action: died
      ? 'Retry the run; with less data when the memory did not suffice.'
      : 'Retry the run; its finished steps are kept.',
  }
}

/** The stack's lines that lie in the project, innermost first. */
function ownFrames(stack: string, project: string): string[] {
  const places = [`${pathToFileURL(project).href}/`, `${project}/`]
  return stack
    .split('\n')
    .filter(line => /^\s*at /.test(line) && places.some(place => line.includes(place)))
    .map(line => projectRelative(line.trim(), project).replace('at Module.', 'at '))
}

function projectRelative(text: string, project: string): string {
  return text.replaceAll(`${pathToFileURL(project).href}/`, '').replaceAll(`${project}/`, '')
}
