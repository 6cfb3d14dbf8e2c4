"""What a second of video costs, by engine and resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Engine = Literal["wan2.2-s2v", "emo", "preview"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Resolution = Literal["480P", "720P"]
Ratio = Literal["1:1", "3:4"]


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Prices in micro-yuan (a millionth of a yuan): integers, so that sums are exact.

    The defaults of the settings are the provider's list prices for Beijing.
    """

    wan_480p_micro_yuan_per_second: int
    wan_720p_micro_yuan_per_second: int
    emo_1_1_micro_yuan_per_second: int
    emo_3_4_micro_yuan_per_second: int
    detection_micro_yuan: int

    def micro_yuan_per_second(
        self, engine: Engine, resolution: Resolution, ratio: Ratio = "1:1"
    ) -> int:
        """The price of a second of video; `ratio` matters to EMO, `resolution` to wan2.2-s2v."""
        if engine == "preview":
            return 0
        if engine == "emo":
            square, upright = self.emo_1_1_micro_yuan_per_second, self.emo_3_4_micro_yuan_per_second
            return square if ratio == "1:1" else upright
        small, large = self.wan_480p_micro_yuan_per_second, self.wan_720p_micro_yuan_per_second
        return small if resolution == "480P" else large

    def micro_yuan_per_detection(self, engine: Engine) -> int:
        """The price of one detection call, charged whatever its verdict."""
        return 0 if engine == "preview" else self.detection_micro_yuan
