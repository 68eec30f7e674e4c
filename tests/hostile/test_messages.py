"""Messages that Streamlit knows and Parley's page never sends, from a stranger who has not entered."""

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg, InstallSkillsRequestPayload
from streamlit.proto.Common_pb2 import FileURLsRequest

from tests.e2e.server import Server
from tests.hostile.visitor import Visitor

ODD = (
    BackMsg(clear_cache=True),
    BackMsg(load_git_info=True),
    BackMsg(set_run_on_save=True),
    BackMsg(debug_shutdown_runtime=True),
    BackMsg(file_urls_request=FileURLsRequest(request_id="1", file_names=["a"] * 1_000)),
    BackMsg(
        backend_operation_request=BackendOperationRequest(request_id="1", install_skills=InstallSkillsRequestPayload())
    ),
    BackMsg(),
)


async def test_a_call_goes_on_whatever_a_stranger_sends(server: Server) -> None:
    """Both are in it afterwards, at the same seats; the stranger's own session goes on and was told nothing."""
    async with (
        Visitor.opens(server.url) as ada,
        Visitor.opens(server.url) as ben,
        Visitor.opens(server.url) as stranger,
    ):
        await ada.enters("Ada Odd")
        await ben.enters("Ben Odd")
        await ada.runs()
        await ada.calls("Ben Odd")
        await ben.answers(accepts=True)
        tokens = ada.token, ben.token
        for message in ODD:
            await stranger.sends(message)
        await stranger.runs()
        assert stranger.page.shows("Your name")
        for visitor in (ada, ben):
            await visitor.runs()
            assert visitor.page.shows("bar")
        assert (ada.token, ben.token) == tokens
        await ben.hangs_up()
        for visitor in (ada, ben):
            await visitor.presses("Leave")
