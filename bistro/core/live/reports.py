"""The reports of a socket's client about the frames that its screen has displayed."""

from bistro.core.live.frames import Frame

UNREPORTED_FRAMES = 32


class DisplayReports:
    """The frames that were sent since the last hello and are not yet reported as displayed."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._reported = -1

    def start_over(self) -> None:
        """Forget frames and reports, because a hello names what the client shows now."""
        self._frames, self._reported = [], -1

    def remember(self, frame: Frame) -> None:
        """Keep what a frame shows until the client reports it. Beyond a limit the two oldest frames are merged."""
        if not frame.shows:
            return
        self._frames.append(Frame(frame.seq, "", frame.shows))
        if len(self._frames) > UNREPORTED_FRAMES:
            first, second = self._frames[:2]
            self._frames[:2] = [Frame(max(first.seq, second.seq), "", first.shows | second.shows)]

    def report(self, seq: int, sent: int) -> None:
        """Note a report. Beyond the last position that was sent, nothing can be displayed yet."""
        self._reported = max(self._reported, min(seq, sent))

    def take(self) -> list[Frame]:
        """Take out the frames that are reported as displayed."""
        shown = [frame for frame in self._frames if frame.seq <= self._reported]
        if shown:
            self._frames = [frame for frame in self._frames if frame.seq > self._reported]
        return shown

    def put_back(self, frames: list[Frame]) -> None:
        """Keep frames for a later attempt."""
        self._frames = [*frames, *self._frames]
