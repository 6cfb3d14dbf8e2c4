# The words under every video that say what made it

ai-label-video = AI-generated video.
ai-label-preview = AI-generated preview.
