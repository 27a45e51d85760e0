from tests.dbt.test_unit_tests import not_passed
def test_mine(new_warehouse, tmp_path):
    w = new_warehouse(tmp_path / "e")
    w.run(command="seed")
    w.build("+agg_topics_daily", "agg_topics_daily")
    assert not_passed(w, "agg_topics_daily,test_type:unit", "int_topics_compared,test_type:unit", "int_texts_topics,test_type:unit") == []
