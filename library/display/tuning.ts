/** What is shown of a search for hyperparameters. */
import type { Tuning } from '../../engine/types.ts'
import type { ModelMessage } from './messages.ts'

const maxTrials = 10

export function tuningMessage({
  trials,
  metric,
  direction,
  on,
  best,
}: Tuning): NonNullable<ModelMessage['tuning']> {
  const nOf = (state: string) => trials.filter(trial => trial.state === state).length
  const counts = [
    `${trials.length} trials by ${metric} on ${on}`,
    ...(nOf('stopped') > 0 ? [`${nOf('stopped')} stopped early`] : []),
    ...(nOf('failed') > 0 ? [`${nOf('failed')} failed`] : []),
  ]
  const sign = direction === 'maximize' ? -1 : 1
  const finished = trials
    .flatMap(({ hyperparameters, value, state }, index) =>
      state === 'finished' && value !== null ? [{ hyperparameters, value, index }] : [],
    )
    .sort((a, b) => sign * (a.value - b.value) || Number(b.index === best) - Number(a.index === best))
  return {
    text: counts.join(', '),
    trials: finished.slice(0, maxTrials).map(({ hyperparameters, value }) => ({
      text: Object.entries(hyperparameters)
        .map(([name, of]) => `${name} = ${String(of)}`)
        .join(', '),
      value,
    })),
  }
}
