# 每个视频下面说明由 AI 生成的文字

ai-label-video = AI 生成的视频。
ai-label-preview = AI 生成的预览。
