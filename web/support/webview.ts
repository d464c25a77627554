/** The line between a page and the extension that shows it. */
declare function acquireVsCodeApi(): { postMessage(message: unknown): void }

let api: ReturnType<typeof acquireVsCodeApi> | undefined

/** Says something to the extension. */
export function post(message: unknown): void {
  // VS Code gives this object once per page.
  api ??= acquireVsCodeApi()
  api.postMessage(message)
}

/** Listens to the extension for as long as the page lives. */
export function onMessage<Message>(listener: (message: Message) => void): void {
  window.addEventListener('message', (event: MessageEvent<Message>) => listener(event.data))
}
