// A client of the room: one WebSocket, which comes back by itself.

const find = (selector) => document.querySelector(selector)
const [door, enter, room, say, topic] = ['#door', '#enter', '#room', '#say', '#topic'].map(find)
const problem = find('#problem')
const [lines, status, users, typing, author, refusal] = ['#lines', '#status', '#users', '#typing', '#author', '#refusal'].map(find)

/** How long to wait before the next attempt, and after how much silence to ask whether the server is there. */
const RETRY_MS = 1_000
const PING_MS = 20_000
/** After so long without a key the user is not typing any more. */
const PAUSE_MS = 3_000

/** Private rooms go by the id of their object. Whoever has the address of the page can enter. */
const isPrivate = (name) => /^[0-9a-f]{64}$/.test(name)
enter.elements.room.value = new URLSearchParams(location.hash.slice(1)).get('room') || 'lobby'

const create = find('#private')
create.addEventListener('click', async () => {
  if (!enter.reportValidity()) return
  create.disabled = true
  try {
    const answer = await fetch('/rooms', { method: 'POST' })
    if (!answer.ok) throw new Error(await answer.text())
    enter.elements.room.value = await answer.text()
    enter.requestSubmit()
  } catch (why) {
    problem.textContent = `There is no new room: ${why.message}`
    create.disabled = false
  }
})

// Another address is another room.
addEventListener('hashchange', () => location.reload())

/** The name of the user, and the version of the topic that is shown. */
let me = ''
/** Whether the room has let the user in, and what the user said last. */
let entered = false
let said = ''
let version = -1

enter.addEventListener('submit', (event) => {
  event.preventDefault()
  const [user, name] = ['user', 'room'].map((field) => enter.elements[field].value.trim())
  if (user === '' || name === '') return (problem.textContent = 'Say who you are, and which room you want.')
  me = user
  door.hidden = true
  room.hidden = false
  // This changes the address, and is no `hashchange`.
  history.replaceState(null, '', `#${new URLSearchParams({ room: name })}`)
  const title = isPrivate(name) ? 'Private room' : name
  document.title = `${title} – Chat`
  room.querySelector('h1').textContent = title
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

  socket.addEventListener('open', () => {
    entered = true
    status.textContent = 'Connected'
  })
  socket.addEventListener('message', ({ data }) => {
    if (data !== 'pong') show(JSON.parse(data))
  })
  socket.addEventListener('close', () => {
    if (!entered) return turnedAway()
    status.textContent = 'Connecting …'
    // The room knows nothing of this socket any more, and this page nothing of the room.
    typing.textContent = ''
    clearInterval(ping)
    clearTimeout(pause)
    setTimeout(() => connect(url), RETRY_MS)
  })

  /** What the room was last told about this user, and when to tell it that the user has stopped. */
  let told = false
  let pause
  const tell = (now) => {
    clearTimeout(pause)
    if (now) pause = setTimeout(() => tell(false), PAUSE_MS)
    if (now !== told && send({ type: 'typing', typing: now })) told = now
  }
  say.onsubmit = (event) => {
    event.preventDefault()
    const text = say.elements.text.value
    if (!send({ type: 'say', text })) return
    said = text
    say.reset()
    // What was said ends the typing in the room too.
    told = false
    clearTimeout(pause)
  }
  say.oninput = () => tell(say.elements.text.value !== '')
  topic.onsubmit = (event) => {
    event.preventDefault()
    if (send({ type: 'topic', text: topic.elements.topic.value })) say.elements.text.focus()
  }
}

/** The room does not let the user in: it may be a private one that does not exist. */
const turnedAway = () => {
  room.hidden = true
  door.hidden = create.disabled = false
  problem.textContent = 'The room cannot be entered.'
}

const show = (message) => {
  switch (message.type) {
    case 'refused':
      refusal.textContent = message.why
      // The user need not write it again.
      if (say.elements.text.value === '') say.elements.text.value = said
      return (said = '')
    case 'history':
      lines.replaceChildren(...message.lines.map(lineOf))
      return lines.lastElementChild?.scrollIntoView()
    case 'said':
      if (message.line.user === me) refusal.textContent = ''
      // The room may have heard an earlier line, and not the last one yet.
      if (message.line.user === me && message.line.text === said) said = ''
      lines.append(lineOf(message.line))
      return lines.lastElementChild.scrollIntoView()
    case 'present':
      return showUsers(message.users)
    case 'topic':
      return showTopic(message.topic)
  }
}

const showUsers = (present) => {
  users.textContent = present.map(({ user }) => user).join(', ')
  const others = present.filter((one) => one.typing && one.user !== me).map(({ user }) => user)
  typing.textContent = others.length === 0 ? '' : `${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} typing …`
}

/** The highest version counts, in whatever order they come. What the user is writing stays: its change comes later. */
const showTopic = ({ version: seen, user, text }) => {
  if (seen < version) return
  version = seen
  author.textContent = seen === 0 ? '' : `by ${user}`
  const field = topic.elements.topic
  const editing = field === document.activeElement && field.value !== field.defaultValue && user !== me
  field.defaultValue = text
  if (!editing) field.value = text
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
