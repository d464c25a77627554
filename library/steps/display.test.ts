import assert from 'node:assert/strict'
import test from 'node:test'
import { provideDisplay } from './display.ts'

test('code that shows something goes on where nobody looks', async () => {
  const globals: Record<string, unknown> = {}
  provideDisplay(globals)
  const display = globals['display'] as ((
    value: unknown,
  ) => Promise<{ update(value: unknown): Promise<void> }>) & {
    html(text: string): { readonly displayId: string }
  }
  const handle = await display([1])
  await handle.update(2)
  assert.equal(display.html('<b>x</b>').displayId, '')
  assert.equal(await display, display)
  const own = { display: 1 }
  provideDisplay(own)
  assert.equal(own.display, 1)
})
