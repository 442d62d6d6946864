"""Chat templates: a conversation is one text, with marks where each speaker begins and ends."""

from collections.abc import Sequence

from engineroom.errors import TextError, UnknownToken
from engineroom.tokenize.bpe import ByteBPE

ROLES = ("system", "user", "assistant")
START, END = "<|im_start|>", "<|im_end|>"  # ChatML's marks: one token each, which no text a user types becomes
SMOLLM2_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"  # its template adds it

type Message = tuple[str, str]  # role, content


def turns(messages: Sequence[Message], system: str | None = SMOLLM2_SYSTEM) -> list[str]:
    """What stands between the marks, turn by turn: role, line break, content. The last is the assistant's, who is to speak.

    `system` comes first where the first message is not of that role; None for nothing. Raises TextError for an unknown role.
    """
    if system is not None and (not messages or messages[0][0] != "system"):
        messages = [("system", system), *messages]
    wrong = next((role for role, _ in messages if role not in ROLES), None)
    if wrong is not None:
        raise TextError(f"a message is of the {', '.join(ROLES[:-1])} or {ROLES[-1]}, not {wrong!r}")
    return [*(f"{role}\n{content}" for role, content in messages), "assistant\n"]


def chatml(messages: Sequence[Message], system: str | None = SMOLLM2_SYSTEM) -> str:
    """The conversation as the text a ChatML model was trained on, ready for its answer. Raises as `turns`."""
    return START + f"{END}\n{START}".join(turns(messages, system))


def encode(tokenizer: ByteBPE, messages: Sequence[Message], system: str | None = SMOLLM2_SYSTEM) -> list[int]:
    """The ids of `chatml`, (n,), where only the template's own marks become marks: one that a message spells is plain text to the model.

    Raises as `turns`, UnknownToken when the vocabulary has no such marks.
    """
    if missing := {START, END} - set(tokenizer.special):
        raise UnknownToken(f"{tokenizer.name} has no special token {min(missing)}: it was not made for ChatML")
    said = [tokenizer.encode(turn, disallowed_special=()) for turn in turns(messages, system)]
    between = [tokenizer.special[END], *tokenizer.encode("\n"), tokenizer.special[START]]
    ids = [tokenizer.special[START], *said[0]]
    for turn in said[1:]:
        ids += [*between, *turn]
    return ids
