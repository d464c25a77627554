/** A page that shows tables with the packaged renderer, as a notebook would; its kernel is the library in this process. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { TableMessage } from '../../library/display/messages.ts'
import { memorySource } from '../../library/display/table/memory.ts'
import { viewMessage } from '../../library/display/table/bundle.ts'
import { offerTable } from '../../library/display/table/registry.ts'
import { serveTable } from '../../library/display/table/service.ts'
import type { TableView } from '../../library/display/table/view.ts'

const renderer = path.resolve(import.meta.dirname, '../../dist/web/table.js')
const address = 'http://grid.test/'

export interface GridPageOptions {
  /** Another build of the renderer than that in dist/. */
  readonly script?: string
  /** Whether there is a kernel to ask. Default true. */
  readonly kernel?: boolean
  readonly css?: string
  readonly bodyClass?: string
}

interface HostMessage {
  readonly type: string
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What a comm of the page is to the library. */
interface OpenComm {
  tell(data: Readonly<Record<string, unknown>>): void
  close(): void
}

/** A table of the library, with a handle that pages of this process can ask. */
export function offeredMessage(view: TableView): TableMessage {
  const hooks = globalThis as Record<symbol, unknown>
  hooks[Symbol.for('slipway.kernel')] ??= { comms: {} }
  const handle = offerTable(view, { nCells: 0, createSource: memorySource })!
  return { ...viewMessage(view), handle }
}

/** Opens a page with these tables below each other. What the renderer posts beside comms is in `posted`. */
export async function openGridPage(
  browser: Browser,
  tables: readonly TableMessage[],
  options: GridPageOptions = {},
): Promise<{ page: Page; posted: readonly HostMessage[] }> {
  const { kernel = true, css = '', bodyClass = '' } = options
  const page = await browser.newPage({ viewport: { width: 1100, height: 700 } })
  page.on('pageerror', error => console.error(error))
  const posted: HostMessage[] = []
  const comms = new Map<string, OpenComm>()
  const send = (message: object): void =>
    void page
      .evaluate(said => (window as never as { tell(said: object): void }).tell(said), message)
      .catch(() => undefined)
  await page.exposeFunction('toHost', (message: HostMessage) => {
    const { type, id, data } = message
    if (type === 'comm_open' && kernel) comms.set(id, openComm(id, data, send))
    else if (type === 'comm_open') send({ type: 'comm_close', id, reason: 'No kernel is running.' })
    else if (type === 'comm_msg') comms.get(id)?.tell(data)
    else if (type === 'comm_close') comms.get(id)?.close()
    else posted.push(message)
  })
  const script = await readFile(options.script ?? renderer, 'utf8')
  const html = `<!doctype html><html lang="en"><head><title>Tables</title><style>body{margin:8px;${css}}</style></head>
    <body class="${bodyClass}"><main>${tables.map((_, i) => `<div id="output-${i}"></div>`).join('')}</main></body></html>`
  await page.route(`${address}**`, route =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ body: script, contentType: 'text/javascript' })
      : route.fulfill({ body: html, contentType: 'text/html' }),
  )
  await page.goto(address)
  await page.evaluate(
    async ({ messages, url }) => {
      const listeners = new Set<(message: object) => void>()
      const host = window as never as {
        tell(said: object): void
        toHost(message: object): void
        renderer: unknown
      }
      host.tell = said => listeners.forEach(listener => listener(said))
      const { activate } = await import(url)
      const made = activate({
        postMessage: (message: object) => host.toHost(message),
        onDidReceiveMessage(listener: (message: object) => void) {
          listeners.add(listener)
          return { dispose: () => listeners.delete(listener) }
        },
      })
      host.renderer = made
      messages.forEach((message, i) =>
        made.renderOutputItem(
          { id: `item-${i}`, mime: '', json: () => message },
          document.getElementById(`output-${i}`),
        ),
      )
    },
    { messages: tables, url: `${address}table.js` },
  )
  return { page, posted }
}

function openComm(id: string, data: HostMessage['data'], send: (message: object) => void): OpenComm {
  let tell: OpenComm['tell'] = () => undefined
  let close: OpenComm['close'] = () => undefined
  serveTable(
    {
      send: said => send({ type: 'comm_msg', id, data: said }),
      onMessage: handle => (tell = handle),
      onClose: handle => (close = handle),
    },
    data,
  )
  return { tell: said => tell(said), close: () => close() }
}
