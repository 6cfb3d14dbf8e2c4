"""Which decoders may be handed a stranger's bytes: those of what devices and programs make."""

from __future__ import annotations

from av.audio.stream import AudioStream

_PCM = (
    *("pcm_alaw", "pcm_bluray", "pcm_dvd", "pcm_f16le", "pcm_f24le", "pcm_f32be", "pcm_f32le"),
    *("pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be", "pcm_s16be_planar", "pcm_s16le"),
    *("pcm_s16le_planar", "pcm_s24be", "pcm_s24le", "pcm_s24le_planar", "pcm_s32be", "pcm_s32le"),
    *("pcm_s32le_planar", "pcm_s64be", "pcm_s64le", "pcm_s8", "pcm_s8_planar", "pcm_u16be"),
    *("pcm_u16le", "pcm_u24be", "pcm_u24le", "pcm_u32be", "pcm_u32le", "pcm_u8", "pcm_vidc"),
    *("8svx_exp", "8svx_fib", "s302m", "sdx2_dpcm"),
)
_ADPCM = (
    *("adpcm_adx", "adpcm_ct", "adpcm_ima_amv"),
    *("adpcm_ima_oki", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_sbpro_2"),
    *("adpcm_sbpro_3", "adpcm_sbpro_4", "adpcm_swf", "adpcm_yamaha", "g722", "g726", "g726le"),
)
_SPEECH = (
    *("amrnb", "amrwb", "evrc", "g723_1", "g728"),
    *("g729", "gsm", "gsm_ms", "ilbc", "nellymoser", "qcelp", "sipr", "siren", "speex"),
    *("truespeech", "wmavoice"),
)
_LOSSY = (
    *("aac", "aac_fixed", "aac_latm", "ac3", "ac3_fixed", "aptx", "aptx_hd", "atrac1", "atrac3"),
    *("atrac3al", "atrac3plus", "atrac3plusal", "cook", "dca", "eac3", "mace3", "mace6", "mp1"),
    *("mp1float", "mp2", "mp2float", "mp3", "mp3adu", "mp3adufloat", "mp3float", "mp3on4"),
    *("mp3on4float", "mpc7", "mpc8", "opus", "libopus", "qdm2", "qdmc", "qoa", "real_144"),
    *("real_288", "sbc", "vorbis", "wmapro", "wmav1", "wmav2"),
)
_LOSSLESS = (
    *("alac", "als", "ape", "flac", "mlp", "ralf", "shorten", "tak", "truehd", "tta", "wavpack"),
    "wmalossless",
)
DECODERS = frozenset((*_PCM, *_ADPCM, *_SPEECH, *_LOSSY, *_LOSSLESS))


def may_decode(stream: AudioStream) -> bool:
    """Whether its decoder is among them."""
    # FFmpeg's own list of codecs does not bind the decoder that PyAV opens
    context = stream.codec_context
    return context is not None and context.codec.name in DECODERS
