"""What the files of a stack declare together, and every way in which that can be wrong. Fields: test_fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.errors import Location, SpecError
from rds_secure.spec import Environment, Source, Stack, build, load
from rds_secure.values import Address, Ref, Text
from tests.spec.parsing import good

HEADER = "version: 1\nstack: orders\n"
GROUP = "resources: {iam_group: {operators: {}}}\n"
SUBNETS = "[subnet-0123456789abcdef0, subnet-0123456789abcdef1]"


def sources(*texts: str) -> list[Source]:
    """Texts as the files a.yaml, b.yaml and so on."""
    made = []
    for name, text in zip("abcdef", texts, strict=False):
        source = good(text)
        place = {path: Location(f"{name}.yaml", at.line, at.column) for path, at in source.positions.items()}
        keys = {path: Location(f"{name}.yaml", at.line, at.column) for path, at in source.keys.items()}
        made.append(Source(f"{name}.yaml", source.data, place, keys))
    return made


def stack(*texts: str, environment: Environment | None = None) -> Stack:
    return build(sources(*texts), environment)


def problems(*texts: str, complete: bool = True) -> list[str]:
    with pytest.raises(SpecError) as caught:
        build(sources(*texts), complete=complete)
    return [str(problem) for problem in caught.value.problems]


def problem(*texts: str) -> str:
    (only,) = problems(*texts)
    return only


def declared(text: str) -> str:
    """A file that declares these resources, which begin in line 4."""
    return f"{HEADER}resources:\n{text}"


# The header


def test_a_stack_has_a_name_and_resources() -> None:
    made = stack(HEADER + GROUP)

    assert (made.name, made.account, made.region, made.tags) == ("orders", None, None, {})
    assert set(made.resources) == {Address("iam_group", "operators")}
    assert made.aws_name(Address("iam_group", "operators")) == "operators"
    assert made.at(Address("iam_group", "operators")) == Location("a.yaml", 3, 36)


def test_the_header_means_what_is_written() -> None:
    made = stack("version: '1'\nstack: on\naccount: 012345678901\nregion: eu-west-1\ntags: {on: 22:30}\n" + GROUP)

    assert (made.name, made.account, made.region, made.tags) == ("on", "012345678901", "eu-west-1", {"on": "22:30"})


@pytest.mark.parametrize("value", ["", "~"])
def test_optional_fields_of_the_header_may_be_empty(value: str) -> None:
    made = stack(f"{HEADER}account: {value}\nregion: {value}\n{GROUP}")

    assert made.account is made.region is None


def test_version_and_stack_are_required_of_every_file() -> None:
    assert problems(HEADER + GROUP, "tags: {a: b}\n") == [
        "b.yaml:1:1: 'stack' is missing: add 'stack: orders' at the top",
        "b.yaml:1:1: 'version' is missing: add 'version: 1' at the top",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("version: 2", "2:10: version: '2' is not possible: write 1"),
        ("version: 1.0", "2:10: version: '1.0' is not possible: write 1"),
        ("version:", "2:9: version: nothing is written here: write 1"),
        ("version: [1]", "2:10: version: a list is not possible: write 1"),
        ("account: 12345", "2:10: account: '12345' is not an account id: write twelve digits"),
        ("account: ' 123456789012'", "2:10: account: ' 123456789012' is not an account id: write twelve digits"),
        ("region: eu-west", "2:9: region: 'eu-west' is not a region such as eu-west-1: write one"),
        ("region: [eu-west-1]", "2:9: region: a list is written here: write a text"),
        ("tags: [team]", "2:7: tags: a mapping is needed here: write 'key: value' below it, one a line"),
        ("tags:", "2:6: tags: a mapping is needed here: write 'key: value' below it, one a line"),
        ("tags: {team: [a]}", "2:14: tags.team: a list is written here: write a text"),
        ("acount: 123456789012", "2:1: there is no field 'acount' here: did you mean 'account'?"),
    ],
)
def test_a_mistake_in_the_header(line: str, says: str) -> None:
    rest = "" if line.startswith("version") else "version: 1\n"
    assert problem(f"stack: orders\n{line}\n{rest}{GROUP}") == f"a.yaml:{says}"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Orders", "'Orders' is not a stack name: write lower-case letters, digits and hyphens, a letter first"),
        ("2nd", "'2nd' is not a stack name"),
        ("a_b", "'a_b' is not a stack name"),
        ("a" * 64, "is not a stack name"),
        ("", "nothing is written here: write a text"),
        ("[orders]", "a list is written here: write a text"),
        ("orders-${aws.region}", "'orders-${aws.region}' has a reference, which this field does not take"),
    ],
)
def test_a_stack_needs_a_name_that_can_be_part_of_tags_and_paths(name: str, says: str) -> None:
    assert says in problem(f"version: 1\nstack: {name}\n{GROUP}")
    assert stack(f"version: 1\nstack: {'a' * 63}\n{GROUP}").name == "a" * 63


@pytest.mark.parametrize("line", ["account: ${aws.account_id}", "region: ${aws.region}"])
def test_what_says_where_the_stack_lives_cannot_be_asked_of_aws(line: str) -> None:
    assert "has a reference, which this field does not take" in problem(f"{HEADER}{line}\n{GROUP}")


def test_another_word_for_resources_is_one_problem_not_two() -> None:
    says = problem(f"{HEADER}resource: {{iam_group: {{}}}}\n")

    assert says == "a.yaml:3:1: there is no field 'resource' here: did you mean 'resources'?"


def test_all_mistakes_in_the_header_are_found_at_once() -> None:
    assert [said.split(": ")[0:2] for said in problems(f"version: 2\nstack: A\naccount: 1\nregion: x\n{GROUP}")] == [
        ["a.yaml:1:10", "version"],
        ["a.yaml:2:8", "stack"],
        ["a.yaml:3:10", "account"],
        ["a.yaml:4:9", "region"],
    ]


# Several files


def test_files_are_merged() -> None:
    made = stack(
        f"{HEADER}account: '123456789012'\n{GROUP}",
        f"{HEADER}tags: {{team: db}}\nresources: {{iam_group: {{readers: {{}}}}, iam_user: {{dana: {{}}}}}}\n",
        HEADER,
    )

    assert (made.account, made.tags) == ("123456789012", {"team": "db"})
    assert [str(address) for address in made.resources] == ["iam_group.operators", "iam_group.readers", "iam_user.dana"]
    assert made.at(Address("iam_user", "dana")) == Location("b.yaml", 4, 56)


def test_files_may_say_the_same() -> None:
    header = f"{HEADER}region: eu-west-1\ntags: {{a: b}}\n"

    assert stack(header + GROUP, header).region == "eu-west-1"


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("account: '123456789012'", "account: '210987654321'", "b.yaml:3:10: 'account' differs from a.yaml:3:10"),
        ("tags: {a: b}", "tags: {a: c}", "b.yaml:3:7: 'tags' differs from a.yaml:3:7"),
        ("region: eu-west-1", "region: eu-west-2", "b.yaml:3:9: 'region' differs from a.yaml:3:9"),
    ],
)
def test_files_that_disagree_name_both_places(one: str, other: str, says: str) -> None:
    fix = "write the same in every file of the stack"
    assert problem(f"{HEADER}{one}\n{GROUP}", f"{HEADER}{other}\n") == f"{says}: {fix}"


def test_a_value_that_is_wrong_is_not_compared_as_well() -> None:
    says = problem(f"{HEADER}region: eu-west-1\n{GROUP}", f"{HEADER}region: ireland\n")

    assert says == "b.yaml:3:9: region: 'ireland' is not a region such as eu-west-1: write one"


def test_a_resource_in_two_files_names_both_places() -> None:
    says = problem(declared("  iam_group:\n    operators: {}\n"), declared("  iam_group:\n    operators: {}\n"))

    assert says == "b.yaml:5:5: iam_group.operators is declared at a.yaml:5:5 already: keep one of the two"


def test_a_resource_in_two_files_is_told_also_where_the_first_one_is_wrong() -> None:
    says = problems(declared("  iam_group:\n    a: {x: y}\n"), declared("  iam_group:\n    a: {}\n"))

    assert [said.partition(": ")[0] for said in says] == ["a.yaml:5:9", "b.yaml:5:5"]


# Sections and keys


@pytest.mark.parametrize("text", ["", "resources:\n", "resources: {}\n", "resources: []\n", "resources: ''\n"])
def test_a_stack_without_resources_is_refused(text: str) -> None:
    assert problem(HEADER + text).endswith("the stack has no resources: declare some below 'resources:'")


@pytest.mark.parametrize("text", ["resources: [iam_group]\n", "resources: iam_group\n"])
def test_resources_are_a_mapping_of_kinds(text: str) -> None:
    says = "a.yaml:3:12: 'resources' is not a mapping of kinds: write kinds below it, such as 'kms_key:'"
    assert problem(HEADER + text) == says


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("db_instanse", "did you mean 'db_instance'?"),
        ("DBSubnetGroup", "did you mean 'db_subnet_group'?"),
        ("aws_db_instance", "did you mean 'db_instance'?"),
        ("security_groups", "did you mean 'security_group'?"),
        ("kms", "did you mean 'kms_key'?"),
        ("s3_bucket", "use one of activity_stream, data_key, "),
    ],
)
def test_an_unknown_kind(kind: str, meant: str) -> None:
    assert f"a.yaml:4:3: there is no kind '{kind}': {meant}" in problem(declared(f"  {kind}: {{a: {{}}}}\n"))


@pytest.mark.parametrize("section", ["", "{}", "[]", "[operators]", "operators"])
def test_a_section_holds_resources_by_key(section: str) -> None:
    says = problem(f"{HEADER}resources:\n  iam_group: {section}\n  iam_user: {{dana: {{}}}}\n")

    assert says.endswith(
        "'iam_group' holds no resources: write keys below it, such as 'orders:', or leave iam_group out"
    )


@pytest.mark.parametrize("key", ["a", "a1-b", "on", "null-1", "a" * 63])
def test_a_key_of_lower_case_letters_digits_and_hyphens(key: str) -> None:
    assert Address("iam_group", key) in stack(declared(f"  iam_group:\n    {key}:\n")).resources


@pytest.mark.parametrize("key", ["A", "a_b", "1a", "-a", "a.b", "'a b'", "a~implied", "ä", "a" * 64, "'a\\n'"])
def test_any_other_key_is_refused_where_it_stands(key: str) -> None:
    says = problem(declared(f"  iam_group:\n    {key}: {{}}\n"))

    assert says.startswith("a.yaml:5:5: ")
    assert says.endswith(
        "cannot be the key of a resource: use lower-case letters, digits and hyphens, a letter first, at most 63"
    )


# Fields


@pytest.mark.parametrize("nothing", ["", "{}", "~"])
def test_a_resource_with_nothing_written_has_all_defaults(nothing: str) -> None:
    made = stack(declared(f"  iam_group:\n    operators: {nothing}\n"))

    assert made.resources == stack(HEADER + GROUP).resources


@pytest.mark.parametrize("text", ["[]", "[a]", "a", "5"])
def test_a_resource_is_a_mapping(text: str) -> None:
    says = problem(declared(f"  iam_group:\n    operators: {text}\n"))

    assert says == "a.yaml:5:16: a mapping is needed here: write 'key: value' below it, one a line"


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("subnet_ids", "did you mean 'subnets'?"),
        ("SubnetIds", "did you mean 'subnets'?"),
        ("subnetids", "did you mean 'subnets'?"),
        ("SubnetIdentifier", "did you mean 'subnets'?"),
        ("subnet", "did you mean 'subnets'?"),
        ("Subnets", "did you mean 'subnets'?"),
        ("DBSubnetGroupDescription", "did you mean 'description'?"),
        ("descripton", "did you mean 'description'?"),
        ("colour", "use one of description, ignore, name, subnets, tags"),
    ],
)
def test_an_unknown_field_also_by_its_name_in_terraform_or_the_api(field: str, meant: str) -> None:
    text = f"  db_subnet_group:\n    orders:\n      {field}: x\n      subnets: {SUBNETS}\n"

    assert problem(declared(text)) == f"a.yaml:6:7: there is no field '{field}' here: {meant}"


def test_a_field_that_is_there_under_another_name_is_not_missing_as_well() -> None:
    says = problem(declared(f"  db_subnet_group:\n    orders:\n      subnet_ids: {SUBNETS}\n"))

    assert says == "a.yaml:6:7: there is no field 'subnet_ids' here: did you mean 'subnets'?"


def test_a_missing_field_says_what_it_is() -> None:
    says = problem(declared("  db_subnet_group:\n    orders: {description: x}\n"))

    assert says.startswith("a.yaml:5:13: 'subnets' is missing: add it (subnets of one VPC, in two availability zones")


def test_what_a_kind_says_stands_at_its_field() -> None:
    says = problem(declared(f"  db_subnet_group:\n    orders: {{name: Default, subnets: {SUBNETS}}}\n"))

    assert says == "a.yaml:5:20: AWS reserves the name 'default': choose another name"


def test_fields_to_ignore_must_exist() -> None:
    text = (
        f"  db_subnet_group:\n    orders:\n      ignore: [subnets, descripton, subnet_ids]\n      subnets: {SUBNETS}\n"
    )

    assert problems(declared(text)) == [
        "a.yaml:6:25: db_subnet_group has no field 'descripton' to ignore: did you mean 'description'?",
        "a.yaml:6:37: db_subnet_group has no field 'subnet_ids' to ignore: did you mean 'subnets'?",
    ]


def test_every_problem_of_every_resource_of_every_file_is_found_at_once() -> None:
    one = declared(
        "  iam_group:\n"
        "    operators: {polices: []}\n"
        "    Bad: {}\n"
        "  kms_keys: {}\n"
        "  kms_key:\n"
        "    data: {rotation_days: 1, users: [x y], spec: AES}\n"
    )
    other = declared("  iam_user:\n    dana: {groups: ['${iam_group.operator}']}\n    finn: {path: teams}\n")

    assert [said.partition(": ")[0] for said in problems(one, other)] == [
        "a.yaml:5:17",
        "a.yaml:6:5",
        "a.yaml:7:3",
        "a.yaml:9:27",
        "a.yaml:9:38",
        "a.yaml:9:50",
        "b.yaml:5:21",
        "b.yaml:6:18",
    ]


# References


def users(*groups: str, more: str = "") -> str:
    return declared(f"  iam_group: {{operators: {{}}}}\n  iam_user:\n    dana:\n      groups: {list(groups)}\n{more}")


def test_a_reference_to_a_resource_of_the_stack() -> None:
    made = stack(users("${iam_group.operators}", "outside"))

    assert made.resources[Address("iam_user", "dana")].groups == (  # type: ignore[attr-defined]
        Ref(Address("iam_group", "operators"), "name"),
        "outside",
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("${iam_group.operator}", "there is no iam_group.operator in this stack: did you mean 'iam_group.operators'?"),
        ("${iam_group.x}", "there is no iam_group.x in this stack: declare it, or write an id or a name"),
        ("${iam_group.operators.nmae}", "iam_group has no attribute 'nmae': did you mean 'name'?"),
        ("${iam_group.operators.id}", "iam_group has no attribute 'id': use one of arn, name"),
    ],
)
def test_a_reference_that_leads_nowhere_is_found_where_it_is_written(written: str, says: str) -> None:
    assert problem(users("outside", written)) == f"a.yaml:7:27: {says}"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("${iam_rol.app}", "there is no kind 'iam_rol': did you mean 'iam_role'?"),
        ("${lambda.app}", "there is no kind 'lambda': use one of activity_stream, data_key, "),
        ("arn:${iam_role.ap}:x", "there is no iam_role.ap in this stack: did you mean 'iam_role.app'?"),
        ("${iam_role.app.url}", "iam_role has no attribute 'url': use one of arn, id, name"),
    ],
)
def test_a_reference_in_a_document_is_checked_too(written: str, says: str) -> None:
    document = f"{{Statement: [{{Effect: Allow, Action: 'kms:*', Resource: '*', Principal: {{AWS: '{written}'}}}}]}}"
    role = "  iam_role: {app: {trust: {services: [ecs-tasks.amazonaws.com]}}}\n"

    found = problems(declared(f"{role}  kms_key:\n    data: {{document: {document}}}\n"))

    assert any(said.startswith(f"a.yaml:6:100: {says}") for said in found), found


def test_a_mistake_inside_a_document_is_found_where_it_is_written() -> None:
    document = (
        "  iam_policy:\n    app:\n      document:\n        Statement:\n          - Effect: Allow\n"
        "            Action: ['rds-db:connect']\n            Resource: ['*', 'arn:${database}']\n"
    )

    assert problem(declared(document)) == (
        "a.yaml:10:29: document: ${database} is not a reference: write ${kind.name} or ${kind.name.attribute}"
    )


def test_a_resource_that_is_wrong_is_not_missing_as_well() -> None:
    text = "  iam_group: {operators: {x: y}, readers: [], Bad: {}}\n"
    references = "['${iam_group.operators}', '${iam_group.readers}', '${iam_group.Bad}']"

    found = problems(declared(f"{text}  iam_user: {{dana: {{groups: {references}}}}}\n"))

    assert [said.partition(": ")[0] for said in found] == ["a.yaml:4:27", "a.yaml:4:43", "a.yaml:4:47"]


# Names and tags


def test_two_resources_cannot_have_one_name_at_aws() -> None:
    says = problem(declared("  iam_user:\n    dana: {}\n    other: {name: Dana}\n"))

    assert says == (
        "a.yaml:6:12: iam_user.other and iam_user.dana have the same name at AWS, 'Dana': "
        "give one of them another 'name:'"
    )


def test_resources_of_two_kinds_may_have_one_name() -> None:
    assert len(stack(declared("  iam_user: {orders: {}}\n  iam_group: {orders: {}}\n")).resources) == 2


def tags(count: int, prefix: str = "t") -> str:
    return "{" + ", ".join(f"{prefix}{index}: x" for index in range(count)) + "}"


def test_44_tags_are_the_users_any_2() -> None:
    header = f"{HEADER}tags: {tags(40)}\nresources:\n  iam_user:\n"

    assert stack(f"{header}    dana: {{tags: {tags(4, 'u')}}}\n").tags["t39"] == "x"
    assert stack(f"{header}    dana: {{tags: {tags(44)}}}\n").tags["t39"] == "x"
    assert problem(f"{header}    dana: {{tags: {tags(5, 'u')}}}\n") == (
        "a.yaml:6:18: iam_user.dana, with those of the stack, has 45 tags: "
        "use at most 44; AWS allows 50, and some are ours"
    )


def test_a_stack_with_too_many_tags_is_told_once() -> None:
    text = f"{HEADER}tags: {tags(45)}\nresources: {{iam_user: {{dana: {{}}, finn: {{}}}}}}\n"

    assert problem(text) == "a.yaml:3:7: the stack has 45 tags: use at most 44; AWS allows 50, and some are ours"


# What AWS is asked for


TRUST = "  iam_role:\n    app: {trust: {principals: ['arn:${aws.partition}:iam::${aws.account_id}:root']}}\n"


def trusted(made: Stack) -> str:
    return made.resources[Address("iam_role", "app")].trust.principals[0]  # type: ignore[attr-defined,no-any-return]


def test_account_region_and_partition_are_filled_in() -> None:
    cn = Environment("123456789012", "cn-north-1", "aws-cn")
    tagged = "tags: {where: '${aws.region}'}\n"

    assert trusted(stack(declared(TRUST), environment=cn)) == "arn:aws-cn:iam::123456789012:root"
    assert stack(f"{HEADER}{tagged}{GROUP}", environment=cn).tags == {"where": "cn-north-1"}


def test_a_stack_knows_whether_it_must_be_built_again_once_aws_was_asked() -> None:
    assert stack(declared(TRUST)).uses_environment
    assert not stack(HEADER + GROUP).uses_environment


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("regoin", "did you mean ${aws.region}?"),
        ("account", "did you mean ${aws.account_id}?"),
        ("x", "use one of ${aws.account_id}, ${aws.region}, ${aws.partition}"),
    ],
)
def test_anything_else_of_aws_is_not_known(name: str, meant: str) -> None:
    text = f"  iam_role:\n    app: {{trust: {{principals: ['arn:aws:iam::${{aws.{name}}}:root']}}}}\n"

    assert problem(declared(text)) == f"a.yaml:5:32: ${{aws.{name}}} is not known: {meant}"


def test_a_fact_stands_beside_references_in_one_text() -> None:
    policy = (
        "  iam_policy:\n    app:\n      statements:\n        - effect: allow\n          actions: ['rds-db:connect']\n"
        "          resources: ['arn:aws:rds-db:${aws.region}:1:dbuser:${iam_user.dana.name}/${aws:username}']\n"
        "  iam_user: {dana: {}}\n"
    )
    made = stack(declared(policy)).resources[Address("iam_policy", "app")]

    assert made.statements[0].resources == (  # type: ignore[attr-defined]
        Text(("arn:aws:rds-db:us-east-1:1:dbuser:", Ref(Address("iam_user", "dana"), "name"), "/${aws:username}")),
    )


# What comes along

INSTANCE = (
    "  db_instance:\n    orders: {engine: postgres, engine_version: 16, instance_class: db.m7g.large, storage_gib: 20,"
    " subnet_group: orders, security_groups: [sg-0123456789abcdef0]}\n"
)


def test_an_instance_without_a_parameter_group_brings_one_along_rds_8() -> None:
    orders, implied = Address("db_instance", "orders"), Address("db_parameter_group", "orders~implied")

    made = stack(declared(INSTANCE))

    assert set(made.resources) == {orders, implied}
    assert made.bearers == {implied: orders}
    assert made.resources[orders].parameter_group == Ref(implied, "name")  # type: ignore[attr-defined]
    assert made.resources[implied].family == "postgres16"  # type: ignore[attr-defined]
    assert made.at(implied) == made.at(orders) == Location("a.yaml", 5, 13)


def test_what_comes_along_has_a_name_of_its_own() -> None:
    made = stack(declared(f"{INSTANCE}  db_parameter_group: {{orders: {{family: postgres16}}}}\n"))

    groups = [made.aws_name(address) for address in made.resources if address.kind == "db_parameter_group"]
    assert sorted(groups) == ["orders-implied-postgres16", "orders-postgres16"]


# Where not everything could be read


def test_nothing_is_called_missing_where_not_everything_could_be_read() -> None:
    text = (
        "  iam_group:\n  iam_user: {dana: {groups: ['${iam_group.gone}', '${iam_group.x.y}']}}\n"
        "  db_subnet_group: {orders: {colour: red}, others: {subnets: []}}\n"
        "  kms_key: {data: {users: ['${iam_rol.app}']}}\n"
    )

    assert [said.split(": ")[1] for said in problems(f"stack: orders\nresources:\n{text}", complete=False)] == [
        "there is no field 'colour' here",
        "users",
    ]


def write(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return [folder]


def test_a_folder_is_loaded_with_its_sources(tmp_path: Path) -> None:
    made, read = load(write(tmp_path, a=HEADER + GROUP, b=declared("  iam_user: {dana: {}}\n")))

    assert len(made.resources) == len(read) == 2


def test_problems_of_yaml_and_of_fields_are_told_together_in_the_order_of_the_files(tmp_path: Path) -> None:
    a = declared("  iam_user: {dana: {groups: ['${iam_group.operators}'], colour: red}}\n")
    b = declared("  iam_group: {operators: [}\n")
    c = declared("  iam_user:\n    finn: {path: /a/, path: /b/, polices: []}\n    eve: *missing\n")

    with pytest.raises(SpecError) as caught:
        load(write(tmp_path, a=a, b=b, c=c))

    assert [str(problem).removeprefix(f"{tmp_path}/").split(": ")[:2] for problem in caught.value.problems] == [
        ["a.yaml:4:57", "there is no field 'colour' here"],
        ["b.yaml:4:27", "a } without an opening bracket"],
        ["c.yaml:5:23", "the key 'path' stands here again, first written in line 5, column 12"],
        ["c.yaml:5:34", "there is no field 'polices' here"],
        ["c.yaml:6:10", "this is an alias (*…) without an anchor"],
    ]
