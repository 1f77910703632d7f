"""Whatever characters an address is made of, a message has one recipient, the same on its envelope and in its header."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl.effects.mail import Mail, is_address
from reference_impl.effects.smtp import SmtpMailer, with_ascii_domain
from reference_impl.effects.smtp_session import smtp_server

from .conftest import SENDER
from .smtp_service import Post, serving

ODD = st.sampled_from(
    [*"ab.!#$%&'*+/=?^_`{|}~-é＠，🎉\r\n\u2028\u200d,;:<>()[]\"\\ @", "=?utf-8?q?b=40evil=2c?="]
)
PART = st.lists(ODD, min_size=1, max_size=6).map("".join)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("zoe@exämple.com", "zoe@xn--exmple-cua.com"),
        ("zoe@example.com", "zoe@example.com"),
        ("zoe@x＠evil.com", "zoe@x＠evil.com"),
        ("zoe@x，evil.com", "zoe@x，evil.com"),
        ("zoe@a..b", "zoe@a..b"),
        ("zoe@xn--x@y", "zoe@xn--x@y"),
    ],
)
def test_a_domain_is_written_in_ascii_and_becomes_no_other_address(address: str, written: str) -> None:
    assert with_ascii_domain(address) == written
    assert written.count("@") == address.count("@")


def test_an_address_brings_no_other_recipient() -> None:
    with serving(Post(), enable_SMTPUTF8=True) as post:
        mailer = SmtpMailer(smtp_server(post.url), SENDER)

        @settings(max_examples=30, deadline=None)
        @given(st.lists(st.builds("{}@{}".format, PART, PART), min_size=20, max_size=20))
        def check(addresses: list[str]) -> None:
            post.accepted.clear()
            admitted = [address for address in addresses if is_address(address)]
            mails = [Mail("k", "welcome_email", address, "Bonjour", "Bonjour\n") for address in admitted]
            delivered = [mail.to for mail in mails if mailer.deliver(mail)]  # the server refuses some of them
            assert [one.to for one in post.accepted] == [[with_ascii_domain(one)] for one in delivered]
            for one in post.accepted:
                assert [str(at) for at in one.message.get_all("To")] == one.to
                assert one.message["Bcc"] is None

        check()
