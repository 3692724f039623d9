"""Letters over STARTTLS and implicit TLS, with a log-in, to a real mail server with a certificate of its own."""

import ssl

import pytest
import trustme

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.post import post
from assignment_assets.io.settings import NoticesSetting
from assignment_assets_tests.io.notices.test_post import NOW, handoff
from assignment_assets_tests.servers.mail import mail_server

USER, PASSWORD = "assignment", "let me in"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """(an authority's certificate, a server's context signed by it for loopback, one for another host)."""
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))

    def context(host):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(made)
        return made

    return path, context("127.0.0.1"), context("mail.example.com")


@pytest.fixture
def told(tmp_path, authority, monkeypatch):
    """Sends one letter to a box; what became of it."""
    monkeypatch.setenv("ASSIGNMENT_SMTP_PASSWORD", PASSWORD)

    def send(box, **changes):
        facts = {
            "mode": "smtp",
            "host": "127.0.0.1",
            "port": box.port,
            "security": box.security,
            "ca_file": str(authority[0]),
            "user": USER if box.login else "",
        }
        return [
            each.outcome
            for each in post(
                DataFolder(tmp_path), "2026q4-global", [handoff()], NoticesSetting(**facts | changes), lambda: NOW
            )
        ]

    return send


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("login", [None, (USER, PASSWORD)])
def test_a_letter_goes_over_tls_and_after_the_log_in_that_is_asked_for(told, authority, security, login):
    with mail_server(security=security, context=authority[1], login=login) as box:
        assert told(box) == ["sent"]
        assert told(box) == ["known"]
        assert len(box.letters) == 1
        said = [verb for verb in box.verbs if verb.split()[0] in ("AUTH", "MAIL", "RCPT", "DATA")]
        assert said and all(verb.endswith(" in secret") for verb in said)
        assert ("AUTH in secret" in said) is bool(login)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_or_of_another_host_gets_no_letter(told, authority, security):
    for context, trusted in ((authority[1], ""), (authority[2], str(authority[0]))):
        with mail_server(security=security, context=context) as box:
            with pytest.raises(SourceUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
                told(box, ca_file=trusted)
            assert box.letters == [] and "MAIL in secret" not in box.verbs


def test_a_server_without_starttls_gets_neither_password_nor_letter(told, authority):
    with mail_server(login=(USER, PASSWORD)) as box:
        with pytest.raises(SourceUnavailable, match="STARTTLS"):
            told(box, security="starttls")
        assert box.letters == [] and "AUTH" not in box.verbs


def test_a_wrong_password_is_said_and_the_letter_goes_once_it_is_right(told, authority, monkeypatch):
    with mail_server(security="starttls", context=authority[1], login=(USER, PASSWORD)) as box:
        monkeypatch.setenv("ASSIGNMENT_SMTP_PASSWORD", "wrong")
        with pytest.raises(SourceUnavailable, match=r"535.*ASSIGNMENT_SMTP_PASSWORD") as caught:
            told(box)
        assert "'wrong'" not in str(caught.value)
        monkeypatch.setenv("ASSIGNMENT_SMTP_PASSWORD", PASSWORD)
        assert told(box) == ["sent"] and len(box.letters) == 1


def test_a_log_in_without_a_password_or_in_the_clear_is_refused_before_anything_is_sent(told, monkeypatch):
    with mail_server(login=(USER, PASSWORD)) as box:
        monkeypatch.delenv("ASSIGNMENT_SMTP_PASSWORD")
        with pytest.raises(InvalidInput, match="2 faults") as caught:
            told(box)
        assert "notices.security: none, with a user" in str(caught.value)
        monkeypatch.setenv("ASSIGNMENT_SMTP_PASSWORD", "läßt mich ein")
        with pytest.raises(InvalidInput, match="letters beyond ASCII"):
            told(box, security="tls")
        assert box.verbs == []


def test_a_certificate_file_that_is_not_there_is_said(told, authority):
    with mail_server(security="tls", context=authority[1]) as box:
        with pytest.raises(SourceUnavailable, match="No such file"):
            told(box, ca_file="/nowhere/ca.pem")
        assert box.verbs == []
