// A client of the room: one WebSocket, which comes back by itself.

const enter = document.querySelector('#enter')
const room = document.querySelector('#room')
const say = document.querySelector('#say')
const lines = document.querySelector('#lines')
const [status, users, typing] = ['#status', '#users', '#typing'].map((id) => document.querySelector(id))

/** How long to wait before the next attempt, and after how much silence to ask whether the server is there. */
const RETRY_MS = 1_000
const PING_MS = 20_000

enter.addEventListener('submit', (event) => {
  event.preventDefault()
  const { user, room: name } = Object.fromEntries(new FormData(enter))
  enter.hidden = true
  room.hidden = false
  room.querySelector('h1').textContent = name
  const url = new URL(`/rooms/${encodeURIComponent(name)}?user=${encodeURIComponent(user)}`, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  connect(url)
  say.elements.text.focus()
})

const connect = (url) => {
  const socket = new WebSocket(url)
  const send = (message) => {
    const open = socket.readyState === WebSocket.OPEN
    if (open) socket.send(JSON.stringify(message))
    return open
  }
  // The platform answers this one without waking the object.
  const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('ping'), PING_MS)

  socket.addEventListener('open', () => (status.textContent = 'Connected'))
  socket.addEventListener('message', ({ data }) => {
    if (data !== 'pong') show(JSON.parse(data))
  })
  socket.addEventListener('close', () => {
    status.textContent = 'Connecting …'
    clearInterval(ping)
    setTimeout(() => connect(url), RETRY_MS)
  })

  /** When the others were last told that this one is typing. */
  let told = 0
  say.onsubmit = (event) => {
    event.preventDefault()
    if (send({ type: 'say', text: say.elements.text.value })) say.reset()
    told = 0
  }
  say.oninput = () => {
    if (Date.now() - told < 2_000) return
    told = Date.now()
    send({ type: 'typing' })
  }
}

const show = (message) => {
  switch (message.type) {
    case 'history':
      lines.replaceChildren(...message.lines.map(lineOf))
      return lines.lastElementChild?.scrollIntoView()
    case 'said':
      typing.textContent = ''
      lines.append(lineOf(message.line))
      return lines.lastElementChild.scrollIntoView()
    case 'present':
      return (users.textContent = message.users.join(', '))
    case 'typing':
      typing.textContent = `${message.user} is typing …`
      clearTimeout(show.forget)
      return (show.forget = setTimeout(() => (typing.textContent = ''), 3_000))
    case 'refused':
      return (typing.textContent = message.why)
  }
}

/** Text is never HTML, whoever wrote it. */
const lineOf = ({ user, text, at }) => {
  const line = document.createElement('li')
  const [time, who] = [document.createElement('time'), document.createElement('b')]
  const date = new Date(at)
  time.dateTime = date.toISOString()
  time.textContent = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  who.textContent = user
  line.append(time, who, ` ${text}`)
  return line
}
