"""The reference agents as Inspect models: `--model peerwatch/<name>`."""

from inspect_ai.model import ChatCompletionChoice as Choice
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolCall, ToolChoice, ToolInfo

from peerwatch.agents.reference.characters import character
from peerwatch.agents.reference.policy import Call, Move, Seen, Step, chance, key_of
from peerwatch.agents.seats import current_seat


class ReferenceModel(ModelAPI):
    """A scripted control, behind the ordinary model interface."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 (the signature Inspect asks for)
    ) -> None:
        """Find the reference agent.

        Raises:
            KeyError: There is none of that name; the message lists them.
        """
        super().__init__(model_name, base_url, api_key, [], config)
        self._policy = character(model_name).policy

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        """The agent's next turn."""
        seat = current_seat()
        rng = chance(self.model_name, seat.sample_id, seat.epoch)
        move = self._policy(_seen(input), key_of(seat.case), rng)
        turn = sum(isinstance(message, ChatMessageAssistant) for message in input)
        calls = [
            ToolCall(id=f"call-{turn}-{i}", function=call.tool, arguments=dict(call.arguments))
            for i, call in enumerate(move.calls)
        ]
        message = ChatMessageAssistant(content=move.text, tool_calls=calls or None, source="generate")
        choice = Choice(message=message, stop_reason="tool_calls" if calls else "stop")
        # In words: these models have no tokens, and a missing usage would send Inspect to a tokeniser.
        read, said = sum(len(m.text.split()) for m in input), len(move.text.split()) + 12 * len(calls)
        usage = ModelUsage(input_tokens=read, output_tokens=said, total_tokens=read + said)
        return ModelOutput(model=f"peerwatch/{self.model_name}", choices=[choice], usage=usage)


def _seen(messages: list[ChatMessage]) -> Seen:
    """The conversation as data. Nudges are no news to a script."""
    system = next((m.text for m in messages if isinstance(m, ChatMessageSystem)), "")
    brief = next((m.text for m in messages if isinstance(m, ChatMessageUser)), "")
    answers = {m.tool_call_id: _answer(m) for m in messages if isinstance(m, ChatMessageTool)}
    steps = []
    for message in messages:
        if isinstance(message, ChatMessageAssistant):
            calls = message.tool_calls or []
            move = Move(message.text, tuple(Call(c.function, c.arguments) for c in calls))
            steps.append(Step(move, tuple(answers.get(c.id, "") for c in calls)))
    return Seen(system, brief, tuple(steps))


def _answer(message: ChatMessageTool) -> str:
    return message.error.message if message.error else message.text
