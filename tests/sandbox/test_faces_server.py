"""The server and its side door: keep-alive, clock, log, changes by hand, start and stop."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pyarrow.parquet as pq
import pytest

from tests.sandbox.standin import HUBSPOT, ZENDESK, SmallWorld, X, at, opened, stamp

TICKETS = "/zendesk/api/v2/incremental/tickets/cursor.json"
QUERY = {"start_time": stamp(at(1, 0))}


@pytest.fixture
def world():
    world = SmallWorld()
    for key in (1, 2, 3):
        world.ticket(key, at(key))
        world.crm("contacts", key, at(key), {"email": f"p{key}@example.net"})
    world.post(100, at(8), "@northwind hello")
    return world


@pytest.fixture
def client(world):
    with opened(world) as client:
        yield client


def test_connection_is_kept_between_requests(client):
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=5) as line:
        for _ in range(2):
            line.sendall(b"GET /__health HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            got = b""
            while b'"status":"ok"' not in got:
                got += line.recv(4096)
            assert got.startswith(b"HTTP/1.1 200 OK")


def test_date_header_shows_the_companys_clock(client):
    answer = client.get("/__health")
    assert answer.headers["Date"] == "Fri, 10 Jul 2026 00:10:00 GMT"


def test_clock_is_moved_and_told(client):
    moved = client.post("/__clock", json={"now": "2026-07-02T13:00:00+02:00"})
    assert moved.json() == {"now": "2026-07-02T11:00:00Z", "mode": "fixed"}
    assert client.get("/__clock").json() == moved.json()
    page = client.get(TICKETS, params=QUERY, headers=ZENDESK).json()
    assert [ticket["id"] for ticket in page["tickets"]] == [1]


def test_clock_can_run_with_the_real_time(client):
    assert client.post("/__clock", json={"now": "real"}).json()["mode"] == "real"


@pytest.mark.parametrize("text", ["soon", "2026-07-02T13:00:00", "2026-13-01T00:00:00Z"])
def test_clock_refuses_what_is_no_moment(client, text):
    answer = client.post("/__clock", json={"now": text})
    assert answer.status_code == 400
    assert repr(text) in answer.json()["error"]
    assert client.get("/__clock").json()["now"] == "2026-07-10T00:10:00Z"


def test_unknown_vendor_is_named_with_the_known_ones(client):
    answer = client.get("/genesys/api")
    assert answer.status_code == 404
    assert "/zendesk" in answer.json()["error"]


def test_unknown_control_request_is_refused(client):
    assert client.get("/__secret").status_code == 404


def test_log_shows_requests_without_credentials(client):
    client.get(TICKETS, params=QUERY, headers=ZENDESK)
    client.post("/hubspot/crm/v3/objects/contacts/search", json={}, headers=HUBSPOT)
    answer = client.get("/__log")
    first, second = answer.json()["requests"]
    assert (first["method"], first["path"], first["status"]) == ("GET", TICKETS, 200)
    assert first["query"] == f"start_time={QUERY['start_time']}"
    assert second["face"] == "hubspot"
    assert answer.json()["counts"] == {"zendesk": 1, "hubspot": 1}
    assert "token" not in answer.text
    client.delete("/__log")
    assert client.get("/__log").json()["requests"] == []


def test_mutation_moves_cursor_and_shows_the_change(client):
    answer = client.post(
        "/__world/mutate",
        json={
            "name": "hubspot.contacts",
            "key": "2",
            "set": {"properties.email": "new@example.net"},
        },
    )
    properties = answer.json()["record"]["properties"]
    assert properties["email"] == "new@example.net"
    assert properties["lastmodifieddate"] == "2026-07-10T00:10:00.000Z"
    client.post("/__clock", json={"now": "2026-07-09T00:00:00Z"})
    page = client.get("/hubspot/crm/v3/objects/contacts", headers=HUBSPOT).json()
    assert page["results"][1]["properties"]["email"] == "p2@example.net"


@pytest.mark.parametrize(
    ("wish", "status", "told"),
    [
        ({"name": "zendesk.moods", "key": "1"}, 400, "zendesk.tickets"),
        ({"name": "zendesk.tickets", "key": "77"}, 404, "'77'"),
        ({"name": "zendesk.tickets"}, 400, "key"),
        ({"name": "zendesk.tickets", "key": "1", "drop_tail": 1}, 400, "use a fault"),
    ],
)
def test_wrong_mutation_is_refused(client, wish, status, told):
    answer = client.post("/__world/mutate", json=wish)
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_options_are_set_and_told(client):
    told = client.post("/__options", json={"limits": "fast", "x_post_cap": 9}).json()
    wanted = {
        "limits": "fast",
        "page_size": None,
        "hubspot_search_lag_seconds": 0.0,
        "x_post_cap": 9,
    }
    assert told.items() >= wanted.items()  # the vendors have options of their own
    assert client.post("/__options", json={"limits": "none"}).status_code == 400


def test_two_starts_give_the_same_bytes(world):
    wanted = [
        ("GET", TICKETS, ZENDESK, QUERY, None),
        ("POST", "/hubspot/crm/v3/objects/contacts/search", HUBSPOT, {}, {"limit": 2}),
        ("POST", "/hubspot/crm/v3/objects/contacts/search", HUBSPOT, {}, {"limit": 999}),
        ("GET", "/x/2/users/111/mentions", X, {}, None),
    ]

    def bodies(port_free_world):
        with opened(port_free_world) as client:
            answers = [
                client.request(method, path, params=query, json=body, headers=headers)
                for method, path, headers, query, body in wanted
            ]
            mine = str(client.base_url).rstrip("/").encode()
            return [answer.content.replace(mine, b"") for answer in answers]

    assert bodies(world) == bodies(world)


def test_a_defect_answers_500_and_the_server_goes_on(world, client, capfd):
    world.kept["zendesk.tickets"].append("no version")
    client.post("/__clock", json={"now": "2026-07-11T00:00:00Z"})
    assert client.get(TICKETS, params=QUERY, headers=ZENDESK).status_code == 500
    assert client.get("/__health").status_code == 200
    assert "Traceback" in capfd.readouterr().err


def command(*arguments):
    return [sys.executable, "-m", "sandbox", *arguments]


def run(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


SMALL = ("--customers", "5", "--start", "2026-07-01", "--clock", "2026-07-03T00:10:00Z")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_and_stops_cleanly(number):
    with subprocess.Popen(
        command("--port", "0", *SMALL), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        assert line.startswith("sandbox ready http://127.0.0.1:")
        url = line.split()[-1]
        assert httpx.get(url + "/__health").json()["now"] == "2026-07-03T00:10:00Z"
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said == ""


def test_command_leaves_at_the_end_of_its_input_when_told():
    with subprocess.Popen(
        command("--port", "0", "--leave-at-eof", *SMALL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline().startswith("sandbox ready ")
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(timeout=20) == 0


def test_truth_command_writes_parquet(tmp_path):
    world = ("--customers", "20", "--start", "2026-07-01")
    done = run("truth", *world, "--until", "2026-07-08", "--out", str(tmp_path / "truth"))
    assert done.returncode == 0, done.stderr
    persons = pq.read_table(tmp_path / "truth" / "persons.parquet")
    assert persons.num_rows > 0


def test_truth_command_refuses_a_folder_that_is_a_file(tmp_path):
    taken = tmp_path / "truth"
    taken.write_text("here")
    world = ("--customers", "5", "--start", "2026-07-01")
    done = run("truth", *world, "--until", "2026-07-02", "--out", str(taken))
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert taken.read_text() == "here"


def test_command_stops_cleanly_while_its_input_is_still_open():
    with subprocess.Popen(
        command("--port", "0", "--leave-at-eof", *SMALL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline().startswith("sandbox ready ")
        process.terminate()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""


def test_command_refuses_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("--port", port, *SMALL)
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr
    assert "choose --port" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--start", "2026-13-01"], "'2026-13-01' is no date"),
        (["--clock", "noon"], "'noon' is no moment"),
        (["--clock", "2026-06-01T00:00:00Z"], "before the first day"),
        (["--customers", "none"], "'none' is no number of customers"),
        (["--port", "70000"], "'70000' is no port"),
        (["truth", "--until", "2026-07-01", "--out", "x"], "is not after --start"),
    ],
)
def test_command_refuses_bad_arguments(arguments, told):
    done = run(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
