/** Properties that a class's declaration does not name are what the stub says they are. */
import { check } from '../testing/check-slice.ts'

const df = "import { DataFrame } from 'danfojs-node' //!"

check(
  'a method of a column changes nothing',
  `${df}
  const frame = new DataFrame([{ a: 1 }]) //!
  const other = new DataFrame([{ a: 2 }])
  other.query(frame['a'].gt(2)).print()
  const out = frame.shape //!`,
)
check(
  'a method of a column that changes it is kept',
  `${df}
  const frame = new DataFrame([{ a: 1 }]) //!
  frame['a'].fillNa(0, { inplace: true }) //!
  const out = frame.shape //!`,
)
check(
  'a method that no stub of the part has is unknown',
  `${df}
  const frame = new DataFrame([{ a: 1 }]) //!
  frame['a'].mystery(0) //!
  const out = frame.shape //!`,
)
