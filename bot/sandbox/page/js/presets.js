// Faults worth trying, in plain words. `times` null: until switched off.

export const TELEGRAM_PRESETS = [
  { label: "Telegram answers 429 for 10 s", hint: "Too many requests; the next call of any kind is told to wait.", fault: { match: "*", kind: "rate_limit", times: 1, params: { retry_after: 10 } } },
  { label: "Video upload: answer lost", hint: "The video is delivered, but the bot never hears of it.", fault: { match: "sendVideo", kind: "drop_after", times: 1 } },
  { label: "Video upload: connection breaks", hint: "Nothing is delivered.", fault: { match: "sendVideo", kind: "drop_before", times: 1 } },
  { label: "Video upload: stored, then 502", hint: "Delivered, but answered with a server error.", fault: { match: "sendVideo", kind: "error_after", times: 1, params: { code: 502 } } },
  { label: "Messages: answer lost", hint: "sendMessage arrives, its answer does not.", fault: { match: "sendMessage", kind: "drop_after", times: 1 } },
  { label: "Edits are refused", hint: "editMessageText answers 400, as for a message that is gone.", fault: { match: "editMessageText", kind: "bad_request", times: null, params: { description: "Bad Request: message to edit not found" } } },
  { label: "Files cannot be fetched", hint: "Downloads of photos and sounds break off.", fault: { match: "download", kind: "drop_before", times: null } },
  { label: "Telegram is down", hint: "Every call answers 502.", fault: { match: "*", kind: "status", times: null, params: { code: 502 } } },
  { label: "A second bot polls", hint: "getUpdates answers 409: another instance has the token.", fault: { match: "getUpdates", kind: "conflict", times: null } },
  { label: "Telegram is slow", hint: "Every call takes 3 s longer.", fault: { match: "*", kind: "delay", times: null, params: { seconds: 3 } } },
];

const refusal = (code, message) => ({ match: "detect", kind: "verdict", times: 1, params: { code, message } });

export const PROVIDER_PRESETS = [
  { label: "Photo refused: several people", hint: "The next check finds more than one person.", fault: refusal("InvalidFile.MultiHuman", "The input image has multi human bodies. Please upload other image with single person.") },
  { label: "Photo refused: nobody in it", hint: "The next check finds no one.", fault: refusal("InvalidFile.NoHuman", "The input image has no human body. Please upload other image with single person.") },
  { label: "Photo refused: face turned away", hint: "The next check wants a whole face.", fault: refusal("InvalidFile.FacePose", "The pose of the detected face is invalid, please upload other image with whole face and expected orientation.") },
  { label: "Task fails", hint: "Accepted, then failed after 2 s. Not charged.", fault: { match: "submit", kind: "task_fails", times: 1, params: { code: "InternalError.Timeout", message: "The task timed out.", after_seconds: 2 } } },
  { label: "Content refused by moderation", hint: "The next task is turned down.", fault: { match: "submit", kind: "code", times: 1, params: { http: 400, code: "DataInspectionFailed", message: "Input data may contain inappropriate content." } } },
  { label: "Out of service: account unpaid", hint: "Everything is refused until switched off.", fault: { match: "*", kind: "code", times: null, params: { http: 400, code: "Arrearage", message: "Access denied, please make sure your account is in good standing." } } },
  { label: "Submitting: answer lost", hint: "The task exists and will be billed, but the bot does not know.", fault: { match: "submit", kind: "drop_after", times: 1 } },
  { label: "Submitting: accepted, then 500", hint: "The same with a server error.", fault: { match: "submit", kind: "error_after", times: 1, params: { code: 500 } } },
  { label: "Too many requests", hint: "Three calls are throttled.", fault: { match: "*", kind: "code", times: 3, params: { http: 429, code: "Throttling.RateQuota", message: "Requests rate limit exceeded, please try again later." } } },
  { label: "Answers are HTML", hint: "Looking at tasks gives a web page instead of JSON, three times.", fault: { match: "query", kind: "html", times: 3 } },
  { label: "Unknown task state", hint: "The next look says a state nobody knows.", fault: { match: "query", kind: "unknown_state", times: 1, params: { state: "POST-PROCESSING" } } },
  { label: "Result breaks off", hint: "Half of the finished video arrives.", fault: { match: "result", kind: "result_truncated", times: 1 } },
  { label: "Result is gone", hint: "The finished video is not there.", fault: { match: "result", kind: "result_missing", times: 1 } },
];

export const RENDERING = [
  { label: "Full speed", value: null },
  { label: "1 s", value: 1 },
  { label: "10 s", value: 10 },
  { label: "60 s", value: 60 },
];

export const REFUSAL_SHAPES = [
  { label: "HTTP 200", value: "http200" },
  { label: "HTTP 400", value: "http400" },
];

export const KINDS = {
  telegram: ["status", "delay", "cut", "drop_before", "drop_after", "garbled", "error_after", "malformed", "html", "empty", "rate_limit", "forbidden", "bad_request", "conflict"],
  provider: ["status", "delay", "drop_before", "drop_after", "garbled", "error_after", "malformed", "html", "empty", "code", "verdict", "fractional_boxes", "task_fails", "unknown_state", "result_missing", "result_truncated", "usage_missing"],
};
