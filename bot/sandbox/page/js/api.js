// The person's side of the local Telegram, one function per thing a person can do.

/** What the server refused, in its own sentence; `status` 0 means it could not be reached. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("The sandbox does not answer. Is it still running?", 0);
  }
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(data?.error ?? `The sandbox answered ${response.status}.`, response.status);
  return data;
}

const get = (path) => request("GET", path);
const post = (path, body = {}) => request("POST", path, body);

export const state = () => get("/sim/state");
export const messages = (chatId) => get(`/sim/chats/${chatId}/messages`).then((answer) => answer.messages);
export const createPerson = (person) => post("/sim/people", person);
export const changePerson = (userId, changes) => request("PATCH", `/sim/people/${userId}`, changes);
export const createGroup = (group) => post("/sim/groups", group);
export const fileUrl = (fileId) => `/sim/files/${encodeURIComponent(fileId)}`;

/** Send a message; `fields` as in POST /sim/chats/{id}/messages, `fields.file` a File or Blob. */
export function send(chatId, fields) {
  const path = `/sim/chats/${chatId}/messages`;
  if (!fields.file) return post(path, fields);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (name === "file") form.append("file", value, fields.file_name ?? value.name ?? "file");
    else form.append(name, String(value));
  }
  return post(path, form);
}

export const edit = (chatId, messageId, changes) => request("PATCH", `/sim/chats/${chatId}/messages/${messageId}`, changes);
export const remove = (chatId, messageId) => request("DELETE", `/sim/chats/${chatId}/messages/${messageId}`);
export const press = (chatId, messageId, from, callbackData) =>
  post(`/sim/chats/${chatId}/messages/${messageId}/press`, { from, callback_data: callbackData });
export const callback = (id) => get(`/sim/callbacks/${id}`);
export const block = (chatId, from) => post(`/sim/chats/${chatId}/block`, { from });
export const unblock = (chatId, from) => post(`/sim/chats/${chatId}/unblock`, { from });
export const settings = (changes) => request("PATCH", "/sim/settings", changes);
export const changeChat = (chatId, changes) => request("PATCH", `/sim/chats/${chatId}`, changes);
export const join = (chatId, userId) => post(`/sim/chats/${chatId}/members`, { user_ids: [userId] });
export const changeMember = (chatId, userId, changes) => request("PATCH", `/sim/chats/${chatId}/members/${userId}`, changes);
/** Go by oneself, or be removed by the owner. */
export async function leave(chatId, userId, removed = false) {
  return removed ? changeMember(chatId, userId, { status: "kicked" }) : request("DELETE", `/sim/chats/${chatId}/members/${userId}`);
}
export const migrate = (chatId) => post(`/sim/chats/${chatId}/migrate`);
export const createTopic = (chatId, name, from) => post(`/sim/chats/${chatId}/topics`, { name, from });
export const closeTopic = (chatId, threadId, from) => post(`/sim/chats/${chatId}/topics/${threadId}/close`, { from });
export const reopenTopic = (chatId, threadId, from) => post(`/sim/chats/${chatId}/topics/${threadId}/reopen`, { from });
export const startBot = (userId, payload) => post(`/sim/people/${userId}/start`, { payload });
export const repeat = (updateId) => post(`/sim/updates/${updateId}/repeat`);
export const reset = () => post("/sim/reset");

export const addFault = (fault) => post("/sim/faults", fault);
export const removeFault = (id) => request("DELETE", `/sim/faults/${id}`);
export const clearFaults = () => request("DELETE", "/sim/faults");

export const provider = {
  state: () => get("/sim/provider/state"),
  bill: () => get("/sim/provider/bill"),
  reset: () => post("/sim/provider/reset"),
  change: (settings) => request("PATCH", "/sim/provider/settings", settings),
};
