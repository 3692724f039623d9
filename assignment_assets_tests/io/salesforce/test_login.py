"""Log-in by key, by secret, by a given token; what stands before an org; and no secret in a wrong place."""

import socket
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.mapping.mapping import Connection
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.refusals import AnswerLost, CallRefused
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.sample.company import generate
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID, ORGANIZATION_ID
from assignment_assets_tests.servers.org import local_org

COMPANY = generate(num_reps=3, num_accounts=20, seed=3)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
QUERY = "SELECT Id FROM Organization"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        local.address.hook("certificate", pem=PUBLIC.decode())
        yield local


@pytest.fixture
def local(shared):
    yield shared
    shared.clear_faults()
    shared.address.hook("access", "DELETE")


@pytest.fixture
def by_key(local, tmp_path):
    """The environment of a client that signs with the registered key."""
    (tmp_path / "server.key").write_text(PRIVATE)
    given = local.address.environment()
    del given["ASSIGNMENT_SF_CLIENT_SECRET"]
    return given | {
        "ASSIGNMENT_SF_KEY_FILE": str(tmp_path / "server.key"),
        "ASSIGNMENT_SF_USERNAME": local.address.username,
    }


def org_of(environment):
    return Org(SalesforceSettings.from_environment(environment=environment))


def test_a_key_signs_the_log_in_and_no_secret_is_needed(local, by_key):
    local.access(off=["client_credentials"])
    org = org_of(by_key)
    assert next(iter(org.query(QUERY)))["Id"] == ORGANIZATION_ID
    assert org.user_id == INTEGRATION_USER_ID


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ASSIGNMENT_SF_USERNAME": "nobody@example.com"}, r"^user hasn't approved this consumer .*pre-authorise"),
        ({"ASSIGNMENT_SF_CLIENT_ID": "other"}, r"^client identifier invalid \(invalid_client_id\)"),
        ({"ASSIGNMENT_SF_AUDIENCE": "https://evil.example.com"}, r"^audience is invalid .* ASSIGNMENT_SF_AUDIENCE"),
    ],
)
def test_a_signed_log_in_that_is_refused_says_what_to_check(by_key, change, said):
    with pytest.raises(CallRefused, match=said) as refusal:
        list(org_of(by_key | change).query(QUERY))
    assert refusal.value.code == "LOGIN_REFUSED"


def test_a_file_that_is_no_key_is_told_without_its_content(by_key, tmp_path):
    (tmp_path / "server.key").write_text("hunter2, which is no key")
    with pytest.raises(CallRefused, match=r"it cannot sign .* expected an RSA private key in PEM") as refusal:
        list(org_of(by_key).query(QUERY))
    assert "hunter2" not in str(refusal.value)


def test_client_credentials_where_they_do_not_work_are_answered_with_my_domain(local):
    local.access(off=["client_credentials"])
    with pytest.raises(CallRefused, match=r"request not supported on this domain .* your org's My Domain alone"):
        list(Org(local.settings()).query(QUERY))


def test_a_shared_log_in_host_is_refused_for_client_credentials_and_taken_for_a_key(tmp_path):
    given = {"ASSIGNMENT_SF_CLIENT_ID": "id", "ASSIGNMENT_SF_CLIENT_SECRET": "hunter2"}
    with pytest.raises(InvalidInput, match="expected your org's My Domain") as refusal:
        SalesforceSettings.from_environment(Connection(url="https://login.salesforce.com"), given)
    assert "hunter2" not in str(refusal.value)
    (tmp_path / "server.key").write_text(PRIVATE)
    keyed = {
        "ASSIGNMENT_SF_CLIENT_ID": "id",
        "ASSIGNMENT_SF_KEY_FILE": str(tmp_path / "server.key"),
        "ASSIGNMENT_SF_USERNAME": "integration@example.com",
    }
    audiences = {
        url: SalesforceSettings.from_environment(Connection(url=url), keyed).audience
        for url in ("https://test.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com", "https://acme.my.com")
    }
    assert list(audiences.values()) == ["https://test.salesforce.com"] * 2 + ["https://login.salesforce.com"]


def test_a_key_without_a_user_and_a_file_that_is_not_there_are_both_told():
    given = {"ASSIGNMENT_SF_CLIENT_ID": "id", "ASSIGNMENT_SF_KEY_FILE": "nowhere.key"}
    with pytest.raises(InvalidInput) as refusal:
        SalesforceSettings.from_environment(Connection(url="https://acme.my.salesforce.com", proxy="nonsense"), given)
    assert [fault.where for fault in refusal.value.faults] == [
        "ASSIGNMENT_SF_KEY_FILE",
        "ASSIGNMENT_SF_USERNAME",
        "ASSIGNMENT_SF_PROXY",
    ]


def test_a_given_token_serves_a_rehearsal_until_it_ends_and_is_shown_nowhere(local):
    form = {"grant_type": "client_credentials", "client_id": local.address.client_id}
    form["client_secret"] = local.address.client_secret
    url = f"{local.address.url}/services/oauth2/token"
    token = requests.post(url, data=form, verify=str(local.address.ca_file), timeout=10).json()["access_token"]
    settings = local.settings(client_id="", client_secret="", access_token=token)
    assert token not in repr(settings)
    rehearsal = Org(settings)
    assert rehearsal.organization_id() == ORGANIZATION_ID
    assert rehearsal.user_id == INTEGRATION_USER_ID
    local.fault("expired_session", path_contains="/query")
    with pytest.raises(
        CallRefused, match=r"the access token is not taken .* ASSIGNMENT_SF_ACCESS_TOKEN anew"
    ) as refusal:
        list(rehearsal.query(QUERY))
    assert token not in str(refusal.value)


def test_settings_show_no_secret():
    settings = SalesforceSettings("https://acme.my.salesforce.com", "id", "hunter2", proxy="http://me:hunter2@proxy")
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("path", ["/oauth2/token", "/query"])
def test_no_redirect_is_followed_and_the_new_address_is_named(local, path):
    elsewhere = "https://elsewhere.example.com/services/oauth2/token?secret=1"
    local.fault("redirect", path_contains=path, status=307, location=elsewhere)
    with pytest.raises(
        CallRefused, match=r"leads to https://elsewhere\.example\.com/services/oauth2/token, "
    ) as refusal:
        list(Org(local.settings()).query(QUERY))
    assert refusal.value.code == "REDIRECTED"
    assert "secret=1" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["maintenance", "unavailable", "server_error"])
def test_maintenance_of_the_log_in_is_not_wrong_credentials(local, kind):
    local.fault(kind, path_contains="/oauth2/token", times=9)
    with pytest.raises(AnswerLost, match="under maintenance, or something stands before it"):
        list(Org(local.settings()).query(QUERY))


@contextmanager
def tunnels():
    """A proxy that takes CONNECT alone: its address, and the hosts that it led to."""
    hosts = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def carry(source, target):
            with suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        def serve():
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    host = client.recv(65536).split()[1].decode()
                    hosts.append(host)
                    outside = socket.create_connection(("localhost", int(host.rpartition(":")[2])))
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    for pair in ((client, outside), (outside, client)):
                        threading.Thread(target=carry, args=pair, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", hosts


def test_a_proxy_that_is_set_is_used_and_one_of_the_machine_is_not(local, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert len(list(Org(local.settings()).query(QUERY))) == 1
    with tunnels() as (proxy, hosts):
        assert len(list(Org(local.settings(proxy=proxy)).query(QUERY))) == 1
    assert set(hosts) == {local.address.url.removeprefix("https://")}
    assert Path(local.settings().ca_file).is_file()


@pytest.mark.parametrize(("minutes", "side"), [(10, "ahead of"), (-10, "behind")])
def test_a_machine_whose_clock_is_wrong_is_told_so_where_its_signature_is_refused(
    by_key, local, monkeypatch, minutes, side
):
    wrong = local.utc_now() + timedelta(minutes=minutes)
    monkeypatch.setattr("assignment_assets.io.salesforce.login.utc_now", lambda: wrong)
    with pytest.raises(CallRefused, match=f"clock is (9|10) minutes {side} the org's: correct it first"):
        org_of(by_key).organization_id()


def test_a_session_that_ends_is_renewed_by_the_key(local, by_key):
    org = org_of(by_key)
    assert org.organization_id() == ORGANIZATION_ID
    local.fault("expired_session", path_contains="/query")
    assert next(iter(org.query(QUERY)))["Id"] == ORGANIZATION_ID
